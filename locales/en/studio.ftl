# The studio: model, text, recipe, run.
studio-title = Teach a sentence encoder what means the same, in this tab
studio-lede = SimCSE encodes every sentence twice, each time with other random activations dropped, and trains the encoder to find the pair again among all other sentences of the batch. That draws paraphrases together (alignment) and spreads everything else over the sphere (uniformity): on your own GPU, with nothing leaving this page.

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
model-drop = Drop a BERT’s or RoBERTa’s files, or choose them
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
hub-help = Download asks **{ $host }** for this model’s files; until then nothing leaves this site. They stay in this browser for the next time. A BERT or RoBERTa with safetensors weights; `owner/name@revision` for another branch or commit.
hub-suggestions = Models that work here
hub-bge-small-zh = Chinese, four layers, tuned for similarity
hub-bert-base-chinese = Chinese BERT-base, raw: for training
hub-bert-base-uncased = English BERT-base, raw: the paper’s own start
hub-downloading = Downloading
hub-cancel = Cancel
hub-failed = The model was not downloaded
hub-in-browser = { $size } in this browser
hub-broken-off = Broken off while downloading
hub-from = from { $host }
hub-remove = Remove from this browser
hub-remove-name = Remove { $name } from this browser

data-card = Text
data-training = Training text
data-training-drop = Drop a text, or choose one
data-training-hint = .txt with a sentence a line; .csv, .tsv or .jsonl with pairs or triplets
data-training-help = Unsupervised training takes plain sentences; supervised training takes pairs that mean the same, or triplets with a contradiction third.
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
data-paste-sentences = A sentence a line
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
hard-pairs = 512 hard ones: shared words mislead
drop-folder = or choose a folder

quick-title = What you will see
quick-what = A point on the plane of alignment and uniformity, moving as the encoder learns; and the loss, the learning rate and the rank correlation with people’s judgements (Spearman) over the steps.
quick-try = Try it with the sample
quick-loading = Loading…
quick-loads = Loads { $name } ({ $size }, { $licence }), sentences and graded pairs from this site, and trains for half a minute. Whatever you have loaded already is used instead.
