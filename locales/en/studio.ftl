# The studio: model, text, recipe, run.
studio-title = Teach a sentence encoder which sentences mean the same, in this tab
studio-lede = Every sentence is encoded twice, with different activations dropped each time. Training pulls the two vectors together and pushes all others away, on this device: nothing leaves the page.
studio-tabs = More about the run
tab-curves = Curves
tab-scores = Scores
tab-batch = Batch
tab-runs = Runs
tab-download = Download
tab-speed = Speed
sheet-open = Model, text, recipe
sheet-close = Close

picture-title = Sentences, as the encoder sees them
picture-waiting = 60 sentences appear here once the encoder is loaded, close together where it finds them similar.
picture-score = { $agreeing } of { $of } sentences are nearest to one of similar meaning
picture-score-before = ({ $agreed } before training)
picture-before = before training
picture-step = step { $step }
picture-replay = Replay
picture-film = Save the run as an animated GIF
picture-hold = Hold
picture-time = Time in the run
picture-nearest-now = nearest now
picture-nearest-before = nearest before
picture-what = Every sentence is a point on the sphere of vectors, seen along their mean. A line leads to the nearest sentence, dashed where that means something else. An encoder that was not trained for it keeps all of them in a narrow cone around the pole; training spreads them and brings together what is similar in meaning.
picture-cost = Drawing it takes { $share } % of the run’s time.
picture-failed = The picture cannot be shown
picture-sentences = Picture
picture-sentences-state = { $count } sentences in { $groups } groups
picture-text = Sentences of the picture, one per line
picture-text-help = A blank line ends a group of sentences of similar meaning; a line “# name” names the next one.
picture-most = Only the first { $most } sentences are shown.
picture-use = Show these
picture-built-in = The site’s own
picture-table = The picture as a table
picture-sentence = Sentence
picture-group = Group

fold-none = none yet
data-state-pairs =
    { $count ->
        [one] { $count } graded pair
       *[other] { $count } graded pairs
    }
model-parameters-short = { $count } parameters

engine-first = The engine has to be running first.
counted-sentences =
    { $count ->
        [one] { $count } sentence
       *[other] { $count } sentences
    }
counted-pairs =
    { $count ->
        [one] { $count } pair
       *[other] { $count } pairs
    }
counted-triplets =
    { $count ->
        [one] { $count } triplet
       *[other] { $count } triplets
    }

model-card = Model
model-stop-first = Stop the run before loading another model.
model-busy = A model is being loaded.
model-none = No model was set up with this site; load one of your own.
model-loading = Loading
model-failed = The model was not loaded
model-again = Load another model
model-drop = Drop the files of a BERT or RoBERTa, or choose them
model-drop-hint = config.json, model.safetensors, tokenizer.json or vocabulary
model-licence = { $licence } licence
model-pools-with = pools with { $pooler }
model-load = Load
model-load-name = Load { $name }
model-loaded = is loaded
model-parameters = Parameters
model-shape = Shape
model-shape-value = { $layers } layers × { $hidden }, { $heads } heads
model-vocabulary = Vocabulary
model-longest = Longest input
model-tokens = { $count } tokens
model-stored = Stored as
model-pooler = Pooler
model-keys =
    { $unused ->
        [one] { $unused } tensor not used
       *[other] { $unused } tensors not used
    }, { $missing ->
        [one] { $missing } optional one absent
       *[other] { $missing } optional ones absent
    }
model-not-used = not used:{" "}
model-absent = absent:{" "}

hub-label = Hugging Face model id
hub-download = Download
hub-help = Download asks **{ $host }** for this model’s files; until then nothing leaves this site. They stay in this browser for next time. Models: BERT or RoBERTa with safetensors weights; `owner/name@revision` for another branch or commit.
hub-suggestions = Models that work here
hub-bge-small-zh = Chinese, four layers, tuned for similarity
hub-bert-base-chinese = Chinese BERT-base, raw: for training
hub-bert-base-uncased = English BERT-base, raw: the paper’s starting point
hub-downloading = Downloading
hub-cancel = Cancel
hub-failed = The model was not downloaded
hub-in-browser = { $size } in this browser
hub-broken-off = Download interrupted
hub-from = from { $host }
hub-remove = Remove from this browser
hub-remove-name = Remove { $name } from this browser

data-card = Text
data-training = Training text
data-training-drop = Drop a text, or choose one
data-training-hint = .txt with one sentence per line; .csv, .tsv or .jsonl with pairs or triplets
data-training-help = Unsupervised training takes plain sentences; supervised training takes pairs that mean the same, or triplets with a contradiction as the third sentence.
data-evaluation = Evaluation pairs (optional)
data-evaluation-drop = Drop graded pairs, or choose them
data-evaluation-hint = STS: .tsv, .csv or .jsonl with two sentences and a score from 0 to 5
data-evaluation-help = Spearman, alignment and uniformity are measured on these; without them the run shows its loss only.
data-loading = Loading
data-failed = The text was not loaded
data-again = Load another text
data-stop-first = Stop the run before changing its texts.
data-busy = A text is being loaded.
data-paste = Paste text instead
data-paste-label = Text
data-paste-use = Use this text
data-paste-empty = Paste something first. More than { $most } lines are used as soon as they are pasted.
data-paste-sentences = One sentence per line
data-paste-pairs = First sentence ⇥ second sentence ⇥ score from 0 to 5
data-graded = { $pairs }, { $positive } scored above 4
data-no-positive = No pair is scored above 4: alignment cannot be measured.
data-skipped =
    { $count ->
        [one] { $count } line was left out (blank).
       *[other] { $count } lines were left out (blank).
    }
sample-brown = Brown corpus: 6,000 sentences
sample-english = Our own: 5,100 sentences
sample-sentences = Sample: 200 sentences
sample-triplets = Our own: 1,312 triplets
sample-chinese = Chinese: 1,200 sentences
sample-chinese-triplets = Chinese: 300 triplets
sample-pairs = Sample: 60 graded pairs
everyday-pairs = 300 everyday graded pairs
chinese-pairs = Chinese: 300 graded pairs
hard-pairs = 512 hard graded pairs
drop-folder = or choose a folder

neighbours-title = What is nearest to what
neighbours-now = nearest
neighbours-before = before training
neighbours-alike = Of similar meaning:
neighbours-other = Of another meaning:
