# The run: controls, charts and results.
run-title = Run
run-train = Train
run-pause = Pause
run-resume = Resume
run-step = One step
run-stop = Stop
run-error = That did not work
run-ended = The run ended early
run-best-kept = The best weights, of step { $step }, are kept.
run-unknown-words = { $percent } % of this text’s word pieces are unknown to the model, which treats them all as the same word. Is the text in a language that the model was not made for?
run-no-room = This GPU has too little memory for the run. The CPU uses the computer’s own memory.
run-on-cpu = Use the CPU
run-resume-on-cpu = Go on from step { $step } on the CPU
run-step-of = Step { $done } of { $total }
figure-loss = Loss
figure-left = Time left
figure-steps = Steps/s
figure-tokens = Tokens/s
figure-norm = Gradient norm
figure-memory = Memory
run-needed = Still needed: { $what }.
need-engine = a running engine
need-model = a model
need-transfer = the end of the transfer evaluation
need-text = a training text
need-recipe = a valid recipe
run-wants-sentences = { $name } holds pairs or triplets: choose the supervised objective, or load plain sentences.
run-wants-pairs = { $name } holds plain sentences: choose the unsupervised objective, or load pairs or triplets.
phase-idle = Not started
phase-starting = Preparing the GPU for this recipe…
phase-running = Training
phase-evaluating = Evaluating: { $done } of { $of } sentences
phase-pausing = Pausing after this step…
phase-paused = Paused
phase-stopping = Stopping…
phase-failed = Ended early
phase-finished = Finished
phase-stopped = Stopped
phase-none = { $how } before the first step
phase-kept = { $how }; the weights of step { $kept } are kept
phase-best = { $how } at step { $step }; the best weights, of step { $kept }, are kept

chart-plane = Alignment and uniformity
chart-plane-note = Lower is better on both axes: towards the lower left, pairs lie close and sentences spread.
landmarks-paper = paper’s figure 2
landmark-random = untrained
landmark-random-what = Random weights of the starter’s shape: all sentences in one place.
landmark-starter = starter
landmark-starter-what = The starter as it is loaded, mean pooling.
landmark-unsupervised = starter, unsupervised
landmark-unsupervised-what = The starter after 60 steps of unsupervised SimCSE, as the sample run trains it (seed 1).
landmark-supervised = starter, supervised
landmark-supervised-what = The starter after 20 steps of 64 of the site’s own triplets (seed 1).
landmark-minilm = all-MiniLM-L6-v2
landmark-minilm-what = The model that the starter was made from: six layers, tuned on a billion pairs.
chart-loss = Loss
chart-loss-note = Contrastive cross-entropy of a batch. Close to 0 is normal for a model that was tuned before.
chart-spearman = Spearman
chart-spearman-note = Rank correlation × 100 of cosines with human scores; higher is better.
chart-quality = Alignment and uniformity over steps
chart-quality-note = Lower is better for both.
chart-norm = Gradient norm
chart-norm-note = Length of the gradient before clipping.
chart-rate = Learning rate
chart-rate-note = Linear to 0 over the run.
chart-broken = The charts could not be loaded: { $error }
chart-no-pairs = Load evaluation pairs to see this.
chart-run-without-pairs = This run has no evaluation pairs.
chart-starts = Starts with the run.
chart-first-evaluation = The first evaluation is under way.
chart-first-step = The first step is under way.
chart-from-to = from { $first } at step { $begin } to { $last } at step { $end }
chart-at = { $value } at step { $step }
chart-both = alignment { $alignment }; uniformity { $uniformity }
chart-uniformity-only = uniformity { $uniformity }
chart-nothing = nothing yet
axis-step = Step
axis-loss = Loss
axis-rate = Learning rate
axis-norm = Gradient norm
axis-spearman = Spearman × 100
axis-alignment = Alignment
axis-uniformity = Uniformity
axis-alignment-better = Alignment (lower is better)
axis-uniformity-better = Uniformity (lower is better)
series-each = Each batch
series-smoothed = Smoothed
point-before-training = Before training
point-before = before
point-step = Step

evaluations-label = Evaluations
column-step = Step
column-spearman = Spearman × 100
column-alignment = Alignment
column-uniformity = Uniformity
column-remark = Remark
remark-before = before
remark-best = best

batch-what = Every row is a sentence, every column a candidate: the positive of each row has to stand out from its row. Right of the line: hard negatives.
batch-matrix = Similarity matrix of the batch
batch-histogram = Cosines of the batch
batch-histogram-note = Positives should lie at the right, everything else spread to the left.
batch-step = Step { $step }: { $rows } × { $columns } cosines. Mean of positives { $positive }, of all others { $other }.
batch-waiting = Shows the matrix of the last step, updated every second during a run.
series-positives = Positives
series-negatives = In-batch negatives
series-hard = Hard negatives
axis-per-cent = Per cent

take-home = Download
take-nothing = There is something to download once a run has taken a step.
take-between = One moment: the run is starting or stopping.
take-writing = A file is being written.
take-zip = Model folder (.zip)
take-weights = Weights (.safetensors)
take-checkpoint = Run so far (checkpoint)
take-what = The folder loads in `transformers` and `sentence-transformers`. A checkpoint is the state of a run under way or paused: weights, optimizer and position in the text.
take-progress = Writing
take-failed = The file was not written
take-done = { $name } was passed to your browser’s downloads.
restore-title = Go on from a checkpoint
restore-what = Load the same model and training text first; the recipe is in the checkpoint. The run comes back paused.
restore-drop = Drop a checkpoint, or choose it
restore-hint = a .safetensors file saved here during a run
restore-needs = Needs a model, a training text and no run under way.

of-total = { $done } of { $total }
time-left = , { $time } left
stage-downloading = Downloading: { $progress }
stage-fetching = Fetching: { $progress }
stage-reading = Reading: { $progress }
stage-preparing = Checking the weights and preparing the GPU…
stage-tokenising = Tokenising sentences: { $progress }
stage-encoding = Encoding sentences: { $progress }
stage-encoding-task = { $task }: encoding sentences, { $progress }
stage-fitting = { $task }: fitting classifiers, { $progress }
stage-whitening = Whitening the vectors…
stage-analysing = Computing singular values…
stage-compiling = Compiling shaders: { $progress }
stage-measuring = Measuring…
stage-writing = Reading the weights back and writing the file…

# Kept runs, and how the charts are shown.
tools-label = How the charts are shown
tools-smoothing = Smoothing { $weight }
tools-log = Log scale
tools-paper = The paper’s axes
tools-from = Steps
tools-to = to
tools-all = All steps
tools-hint = Draw a box with the mouse to zoom in; double-click to see everything. The paper’s axes: alignment and uniformity as in figure 2 of the SimCSE paper.
copy-image = Copy
chart-copy = Copy { $title } as an image
copy-image-refused = This browser does not let the page copy images; use the PNG instead.
chart-as-png = { $title } as PNG
chart-as-csv = { $title } as CSV
chart-problem = The chart could not be exported
chart-no-picture = The browser could not make an image of the chart; use its CSV instead.
run-this = This run
runs-title = Kept runs
runs-shared = Run from the link
runs-none = Every run is kept here automatically, in this browser only: recipe, curves, scores, last and best weights.
runs-what = Kept in this browser only, weights included, until you delete them. Their names say how they differ. Tick one to draw it beside the current run.
runs-space =
    { $count ->
        [one] { $count } run, { $size }
       *[other] { $count } runs, { $size }
    }
runs-problem = There is a problem with the kept runs
runs-no-storage = This browser keeps nothing for the page ({ $error }). Runs are lost when the page is closed: export those you want to keep.
runs-not-kept = A run could not be written to the browser’s storage ({ $error }). Export it, or delete others to make room.
runs-not-deleted = A run could not be deleted from the browser’s storage: { $error }
runs-one = A kept run
runs-draw = Draw { $name } beside this run
runs-draw-all = Draw all
runs-draw-none = Draw none
runs-export-all = Export all
runs-export = Export
runs-export-name = Export { $name }
runs-import = Import
runs-imported = { $new } added, { $known } known already.
runs-rename = Rename
runs-rename-name = Rename { $name }
runs-rename-save = Save
runs-name = Name of the run; empty: how it differs
runs-delete = Delete
runs-delete-name = Delete { $name }
runs-deleted = { $name }, of { $date }, was deleted. Its curves can be restored, its weights cannot.
runs-steps = { $done } of { $total } steps
runs-best = best Spearman { $spearman } at step { $step }
runs-under-way = under way
runs-open = Open
runs-open-name = Open { $name }: its model, texts, recipe and weights
runs-go-on = Go on
runs-go-on-name = Go on with { $name }
runs-cut-off = cut off
differs-model = { $value }
differs-text = { $value }
differs-objective =
    { $value ->
        [sup] supervised
       *[other] unsupervised
    }
differs-augmentation =
    { $value ->
        [none] no augmentation
       *[other] { $value }
    }
differs-fixed-mask =
    { $value ->
        [true] fixed mask
       *[other] own masks
    }
differs-dropout = dropout { $value }
differs-learning-rate = learning rate { $value }
differs-temperature = τ { $value }
differs-batch-size = batch { $value }
differs-pooler = { $value }
differs-head = head { $value }
differs-loss = { $value }
differs-hard-negative-weight = hard-negative weight { $value }
differs-false-negative-threshold = false negatives above { $value }
differs-matryoshka = widths { $value }
differs-mlm-weight = MLM { $value }
differs-contrastive =
    { $value ->
        [false] no contrastive loss
       *[other] contrastive
    }
differs-steps =
    { $value ->
        [none] by epochs
       *[other] { $value } steps
    }
differs-epochs = epochs { $value }
differs-max-length = length { $value }
differs-warmup = warm-up { $value }
differs-weight-decay = weight decay { $value }
differs-clip = clip { $value }
differs-from-trained =
    { $value ->
        [true] from trained
       *[other] from loaded
    }
differs-seed = seed { $value }
differs-pairs = { $value }

saved-title = A run was cut off
saved-cut-off = { $model } on { $text } is at step { $step } of { $total }, as kept on { $date }. Model, texts, weights, optimizer and curves are here: the run goes on to the same result, bit for bit.
saved-elsewhere-title = A run is under way in another tab
saved-elsewhere = { $model } on { $text }, step { $step } of { $total }. What you do here does not affect it.
saved-go-on = Go on
saved-forget = Delete the run
saved-up-to = Kept up to step { $step }; this tab may be closed.
need-loaded-model = Load a model first, in the studio.
need-pause = Pause or stop the run to evaluate here.
