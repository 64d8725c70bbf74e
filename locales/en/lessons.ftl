# Lessons: short texts with interactive parts.
lessons-title = Contrastive learning, hands-on
lessons-lede = Short interactive lessons: what the loss does, what alignment and uniformity measure, and the paper’s experiments on a small scale, on the encoder in this tab.
lesson-of = Lesson { $number } of { $count }
lesson-next = Next: { $title }
lesson-last = To the studio
lesson-link = Copy a link to this lesson as it is
share-lesson = Lesson: { $title }
lesson-failed = This could not be computed
lesson-computing = Computing…
lesson-load-first = Load what is missing first.
lesson-run-first = A run is under way; wait for it to end, or stop it first.
lesson-numbers-first = Correct the numbers first.
lesson-needs-model = This part runs on a real encoder.
lesson-needs-pairs = This part runs on a real encoder and graded sentence pairs; both come with the site.
lesson-needs-all = This part trains a real encoder: it needs an encoder, plain sentences and graded pairs; all come with the site.
lesson-load-model = Load { $name } ({ $size })
lesson-load-texts = Load the texts
lesson-own = Try your own
step-back = Back
step-next = Next
step-of = { $step } of { $count }

crowding-title = Why raw sentence vectors crowd together
crowding-summary = Why do sentences that have nothing in common get cosines far above 0?
crowding-see = These sentences have nothing to do with each other. The bars count their pairs by cosine: all of them lie far above 0.
crowding-pooler = Another way to make one vector of a sentence’s states, their mean, moves the heap; it stays a heap.
crowding-push = Contrastive training pushes unrelated sentences apart: a second histogram appears after a few steps.
crowding-cone = A language model learns to guess words, not to keep sentences apart: its vectors crowd into a narrow cone. The paper calls this **anisotropy**.
crowding-pushing = Training: step { $step } of { $steps }
crowding-part = Cosines of unrelated sentences
crowding-sentences = Sentences, one per line
crowding-many = Use { $most } sentences or fewer.
crowding-mean = Mean cosine
crowding-histogram = Histogram of { $count } cosines with the mean { $mean }
crowding-train = After a run in the studio, the fine-tuned weights appear beside these.

views-title = Dropout is the only augmentation
views-summary = Where do two vectors of one sentence come from?
views-see = Each dot is one pass of a sentence through the encoder, each colour a sentence. No word was changed, and yet no two passes agree.
views-wider = Each pass sets other numbers to 0, each with probability p. With p = 0.3 the clouds are wider.
views-answer = So from **dropout**: two passes make the positive pair. On STS-B the paper reports 82.5 with p = 0.1, 71.1 without dropout, 43.6 with a fixed mask.
views-nothing = With one **fixed mask** for all passes, or without dropout, all vectors of a sentence are the same: such a pair teaches nothing.
views-sentence = Sentence A
views-sentence-help = Its two vectors are drawn above.
views-others = Other sentences of the batch, one per line: B, C and so on
views-no-sentence = Type sentence A first.
views-others-first = Enter { $fewest } to { $most } other sentences.
views-masks = Dropout masks
views-masks-own = Two masks
views-masks-fixed = Fixed mask
views-masks-none = No dropout
views-masks-own-help = Each pass draws a mask of its own: SimCSE.
views-masks-fixed-help = One mask is drawn, and every pass uses it.
views-masks-none-help = Nothing is dropped, as when the encoder is used.
views-p = Probability p
views-draw-again = Draw again
views-vectors = The two vectors of sentence A
views-cosine = Cosine of the two
views-cosine-what = 1: the same direction.
views-alignment-what = Mean squared distance between the two vectors of each sentence; 0 is perfect.
views-verdict-own = Two masks at p = { $p }: one sentence, two vectors with the cosine { $cosine }. Training brings them together.
views-verdict-fixed = One mask of p = { $p } for both: the two vectors are the same, bit for bit. Alignment is perfect before any training, and the pair teaches nothing.
views-verdict-none = Nothing is dropped: the two vectors are the same, bit for bit. Alignment is perfect before any training, and the pair teaches nothing.
views-mask = Mask of pass { $pass }
views-mask-what = Mask of pass { $pass } on the first word’s embedding: { $dropped } of the { $shown } numbers shown are dropped.
views-vector = Vector of pass { $pass }
views-vector-what = Vector of pass { $pass }: its first { $shown } of { $hidden } numbers.
views-difference = Difference
views-difference-what = Difference of the two vectors, at most { $most }.
views-lanes-what = The first { $shown } of { $hidden } numbers of each, all bars to one scale. The masks are those of the first word’s embedding, where a gap is a dropped number; every layer draws new masks. Weights: { $state }; pooler: { $pooler }.
views-clouds = { $count } draws of each sentence
views-clouds-what = A dot is a vector under dropout; a cross is the vector without it.
views-plane-what = The picture shows the plane in which the sentences differ most, so the clouds are wider than they look there; these numbers use all dimensions.
views-clouds-label = { $count } dots for each of { $sentences } sentences, around the vector without dropout. The table below gives their cosines.
views-cosines = How near the draws are
views-column-sentence = Sentence
views-column-within = Cosine between its draws
views-column-nearest = … with the nearest other
views-pairs = First views by second views
views-pairs-what = The batch as the loss sees it. On the diagonal are the positives, each sentence with itself under another mask; everything else is a negative. Each row has to find its own.
views-published = What the paper found
views-published-what = Spearman on STS-B’s development set, BERT-base, unsupervised, for each probability (arXiv 2104.08821, table 3). The lesson on ablations runs some of these here.

contrast-title = The contrastive loss, number by number
contrast-summary = What does the loss ask of a batch?
contrast-found = Where each sentence is nearest to its own second view, the loss is almost 0.
contrast-high = A temperature of 0.5 makes every row undecided: the loss asks for more than cosines can give.
contrast-all-one = In a collapse all cosines are 1. Every row is even, and the loss is ln 4.
contrast-rows = Each row asks: which of the second views is mine? Its cosines, divided by the temperature τ, go through a softmax; the loss is −ln of the share on the diagonal. B and C look alike here, and their rows waver.
contrast-gradient = So that each sentence find its own. A row pulls on its own pair exactly as hard as it pushes on all others together, and the nearest rival is pushed hardest. Change a cosine and see.
contrast-set = Cosines
contrast-set-what = Rows: first views; columns: second views. Type over them, or use the arrow keys.
contrast-example-trained = Well trained
contrast-example-near = B and C alike
contrast-example-collapsed = Collapsed
contrast-tau = Temperature τ
contrast-cosine = Cosine of { $first } and { $second }
contrast-shares = Softmax of the rows
contrast-shares-what = Every row sums to 1. Whatever is not on the diagonal adds to the loss.
contrast-row-loss = Loss
contrast-mean = Mean loss
contrast-pulls = Pull and push
contrast-pulls-what = Derivative of the mean loss with respect to each cosine. Below 0, a training step brings the two together (pull); above 0, it drives them apart (push). Bars are scaled to the largest.
contrast-pull = Pull on { $first } and { $second }: { $gradient }
contrast-push = Push on { $first } and { $second }: { $gradient }

circle-title = Alignment and uniformity
circle-summary = What makes sentence vectors good?
circle-align = All in one place: alignment is perfect, and everything means the same.
circle-spread = Spread evenly, partners torn apart: uniformity is perfect, and nothing means the same.
circle-answer = Both at once: partners together, pairs apart. This is what the contrastive loss asks for. Drag the points, or choose one with Tab and move it with the arrow keys.
circle-two = Six pairs that mean the same, on a circle. Partners should lie close together (**alignment**), all points should fill the circle (**uniformity**). For both numbers, lower is better.
circle-points = Six pairs on a circle
circle-how = Try to get both numbers low. With Shift the arrow keys take larger steps.
circle-random = Random
circle-collapsed = Collapsed
circle-uniform = Uniform, not aligned
circle-both = Both
circle-point = Point { $name }
circle-place = at { $angle }°, { $apart }° from its partner
circle-alignment-what = 0 is perfect; opposite points give 4.
circle-uniformity-what = 0 is a collapse; twelve evenly spread points give { $best }.
circle-model = The same for the encoder
circle-model-what = Alignment over the evaluation pairs scored above 4, uniformity over all their sentences, in hundreds of dimensions instead of two. After a run, both states are shown.

hard-title = Hard negatives
hard-summary = What does a contradiction in the batch teach?
hard-what = “A man is repairing a violin” looks like “a man is playing a violin” and means something else. As a **hard negative** it is pushed away hardest.
hard-margin = What counts is the **margin**: the cosine with the positive minus that with the hard negative. This is how it stands before training.
hard-try = Now two runs, otherwise the same: with the contradictions in the batch, and without.
hard-answer = That shared words are not shared meaning. In the paper hard negatives are worth 1.3 points (84.9 to 86.2).
hard-part = Two runs on the sample’s triplets
hard-numbers = Cosines and margins
hard-margin-of = margin { $margin }
hard-margins-row = { $state }: { $positive } with the positive, { $negative } with the hard negative.
hard-part-what = This replaces the training text in the studio by the sample’s triplets, except the last 100, which are used for measuring. The weights of the second run become the fine-tuned ones.
hard-steps-help = For each of the two runs.
hard-start = Train both
hard-before = Before training
hard-with = With hard negatives
hard-without = Without
hard-progress = { $stage }…
hard-column-positive = Cosine with the positive
hard-column-negative = Cosine with the hard negative
hard-column-margin = Margin
hard-column-ahead = Positive ahead
hard-column-triplet = Triplet
hard-ahead-of = { $ahead } of { $count }
hard-each = Margin of each triplet
hard-no-triplets = { $file } holds no triplets.

ablations-title = The paper’s ablations on a small scale
ablations-summary = How do we know that dropout is what makes it work?
ablations-what = By changing one thing and training again, every row with the same seeds. The column “Here” fills while you read.
ablations-paper = In the paper p = 0.1 does best. Without dropout 11 points are lost, and 39 where both views are made under the same mask.
ablations-words = Changing words too, by cropping, deleting or synonyms, does worse in the paper than dropout alone.
ablations-small = So by taking it away, again and again. One run proves little: fifty seeds of the paper’s recipe scatter from 73.2 to 76.7. The starter is a tenth of BERT-base; where its order differs, the table says so.
ablation-part = What to run
ablation-part-what = Everything else is as in the 60-second demo, with the model’s own pooler. The studio’s recipe stays as it is.
ablation-kind = Vary
ablation-dropout = Dropout
ablation-augmentation = Augmentation
ablation-temperature = Temperature
ablation-pooler = Pooler
ablation-batch-size = Batch
ablation-hard-negatives = Hard negatives
ablation-elsewhere = This one trains on triplets: the lesson on hard negatives runs it.
ablation-dropout-help = How much is dropped at random in each view; “fixed” drops the same in both.
ablation-augmentation-help = How the second view is made: the same sentence under other dropout, or with its words changed as well.
ablation-temperature-help = What the cosines are divided by.
ablation-pooler-help = Which states make the sentence vector; a head is one more layer after [CLS].
ablation-batch-size-help = Sentences per step, hence rivals of each. Above 64 they are encoded in parts (GradCache), which changes nothing else.
ablation-hard-negatives-help = Supervised: entailments as pairs, contradictions as rivals, with weight α.
ablation-steps-help = For each run. On a slow device, start with few.
ablation-batch-help = Sentences per step, hence rivals of each.
ablation-seeds = Seeds
ablation-seeds-help = How many: 1, 2 and so on; every row gets the same.
ablation-runs =
    { $count ->
        [one] { $count } run
       *[other] { $count } runs
    }, { $steps } steps in all
ablation-start = Run the ablation
ablation-progress = Run { $run } of { $runs }: { $name }, seed { $seed }, step { $step } of { $steps }
ablation-results = Spearman × 100
ablation-sources = Where the numbers come from
ablation-column-setting = Setting
ablation-column-paper = Paper
ablation-column-starter = Starter, { $seeds } seeds, mean ± deviation
ablation-column-here = Here, mean ± deviation
setting-fixed = fixed mask, p = 0.1
setting-dropout = SimCSE: dropout alone
setting-pairs-alone = no hard negatives
setting-cls-head = [CLS] with head
setting-cls-head-train-only = [CLS], head in training only
ablation-paper-dropout = Paper: STS-B development set, BERT-base, unsupervised, best of its evaluations (arXiv 2104.08821, table 3).
ablation-paper-augmentation = Paper: STS-B development set, BERT-base, unsupervised (arXiv 2104.08821, table 1). The paper’s “MLM” fills the chosen places with words that BERT predicts; here most of them stay masked. A study of 2025 (arXiv 2508.03453) compares dropout with cropping over several encoders and finds cropping well ahead, the reverse of the paper’s order; with the starter neither is clearly ahead of the other.
ablation-paper-temperature = Paper: STS-B development set, BERT-base, supervised on NLI triplets (arXiv 2104.08821, appendix D); here unsupervised.
ablation-paper-pooler = Paper: STS-B development set, BERT-base, unsupervised (arXiv 2104.08821, table 6). It has no row for the plain average.
ablation-paper-batch-size = The paper has no such table for unsupervised training. Every batch size takes the same number of steps here, so a larger one sees more sentences.
ablation-paper-hard-negatives = Paper: STS-B development set, BERT-base, supervised on NLI (arXiv 2104.08821, table 7). Here they do harm: in the site’s own triplets the contradictions share more words with their sentence than the entailments do, so the encoder learns to distrust shared words, and in STS shared words say much.
ablation-order =
    { $pairs ->
        [one] Of the one pair of settings that the paper tells apart (by a point or more)
       *[other] Of the { $pairs } pairs of settings that the paper tells apart (by a point or more)
    } the starter has { $same } in the same order and { $reversed } the other way round; { $undecided } are too close to call.
ablation-record = Starter: STS-B development set, { $before } before training, then { $steps } steps of { $batch } of the site’s own sentences; data { $sentences } and { $pairs }, made with simcse-lab ablate.
ablation-sizes = The smaller the encoder, the less it gains
ablation-sizes-what = Training without labels gains less in smaller encoders: SCT (Limkonchotiwat et al., TACL 2023) was proposed because SimCSE and similar methods lose quickly below 100 million parameters, and its own scores fall with size as well. Encoders like the starter, with one to six layers, show the same.
ablation-sizes-source = BERT: mean of the seven STS test sets, from SCT’s repository (github.com/mrpeerat/SCT) and SimCSE’s table 5. Encoders like the starter: layers of all-MiniLM-L6-v2 with the sentence tuning undone, then 20 steps of 64 sentences, on STS-B’s development set. The two groups are not measured on the same pairs.
size-column-encoder = Encoder
size-column-parameters = Million parameters
size-column-before = Before
size-column-after = After
size-published = BERT, as published
size-starters = Like the starter, measured here
size-layers =
    { $layers ->
        [one] { $layers } layer
       *[other] { $layers } layers
    }
ablation-remark = Here: { $model } on { $pairs } after { $steps } steps of { $batch } sentences; the deviation is the sample standard deviation over seeds.

collapse-title = Why a tiny loss is not a collapse
collapse-summary = The loss is 0.001. Has the encoder collapsed?
collapse-found = In this batch each sentence has a cosine of 0.9 with its other view and of 0.3 with the 63 others. The loss is tiny, and far from the one of a collapse.
collapse-question = If all vectors were the same, every row of the softmax would be even and the loss **ln N**: 4.16 for 64 sentences.
collapse-look = So no: a tiny loss says that the pairs are found. Whether vectors collapse is told by **uniformity**: then it rises to 0; in a healthy run, like the one below, it falls.
collapse-run = The current run
collapse-line = The loss, on a logarithmic line
collapse-line-label = Losses on a logarithmic line: { $losses }.
collapse-loss-now = Loss
collapse-loss-then = Loss at a collapse
collapse-uniformity-now = Uniformity
collapse-uniformity-then = … at a collapse
collapse-from-to = { $first } → { $last }
collapse-no-run = No run has made a step yet.
collapse-starting = The run is starting.
collapse-no-pairs = This run has no evaluation pairs, so its uniformity is not known; load some in the studio.
collapse-is = Uniformity is near 0: this encoder gives all sentences nearly the same vector.
collapse-is-not = Uniformity is far from 0: no collapse, whatever the loss.
collapse-train = Train the 60-second demo
collapse-calculator = The loss for given cosines
collapse-calculator-what = A batch in which every sentence has the first cosine with its own other view, and the second with all other sentences.
collapse-items = Sentences N
collapse-own = Cosine with its other view
collapse-other = Cosine with others
collapse-even = Loss with these cosines, N = { $items }:
collapse-all-one = Loss at a collapse, ln { $items }:
collapse-column-collapsed = Collapsed: ln N
collapse-column-cosines = With these cosines

kernel-title = What a kernel does
kernel-summary = How does a GPU compute a layer, and its gradient?
kernel-what = With a **kernel**: a small program that many threads run at once. This one is LayerNorm: a team of 16 threads takes a row; each adds up a part, and the parts are added together.
kernel-forwards = Forward, a row is brought to mean 0 and variance 1. Each formula stands beside its lines of code; change a number and see what becomes of it.
kernel-backwards = Backward, the part of the gradient that would change the mean or the variance is taken out.
kernel-part = One row, line by line
kernel-row = Row s
kernel-row-help = Eight numbers, separated by commas.
kernel-gradient = Gradient dy
kernel-gradient-help = Of the loss with respect to the row’s output; here γ is 1 and β is 0.
kernel-numbers = Enter { $count } numbers from −1000 to 1000, separated by commas.
kernel-forward = Forward
kernel-backward = Backward
kernel-source = Lines of shaders/layer_norm.wgsl
kernel-back = Back
kernel-next = Next line
kernel-stage-of = { $stage } of { $count }
kernel-device = The same row, computed by this device
kernel-by-gpu = By this very shader, on { $name }. “Error”: the difference from the result in 64-bit numbers.
kernel-by-cpu = By the shader’s counterpart on the CPU: the same formulas in its vector registers. “Error”: the difference from the result in 64-bit numbers.
kernel-off = Error
