# Lessons: a few paragraphs each, and parts that compute.
nav-lessons = Lessons
lessons-title = Contrastive learning, in your hands
lessons-lede = Short lessons with parts to move: what the loss does, what alignment and uniformity measure, and the paper’s experiments in small, on the encoder in this tab.
lesson-of = Lesson { $number } of { $count }
lesson-next = Next: { $title }
lesson-last = To the studio
lesson-link = Copy a link to this lesson as it is
share-lesson = Lesson: { $title }
lesson-failed = This was not computed
lesson-no-answer = The engine stopped before it answered.
lesson-computing = Computing…
lesson-load-first = Load what is missing first.
lesson-run-first = A run is under way; wait for its end or stop it first.
lesson-numbers-first = Mend the numbers first.
lesson-needs-model = This part runs on a real encoder.
lesson-needs-pairs = This part runs on a real encoder and graded sentence pairs; both come with the site.
lesson-needs-all = This part trains a real encoder: it needs one, plain sentences and graded pairs, all from this site.
lesson-load-model = Load { $name } ({ $size })
lesson-load-texts = Load the texts

crowding-title = Why raw sentence vectors crowd together
crowding-summary = Why do sentences that have nothing in common get cosines far above 0?
crowding-cone = A language model learns to guess words, not to keep sentences apart: its vectors crowd into a narrow cone. The paper calls this **anisotropy**.
crowding-try = The contrastive loss pushes unrelated sentences apart. Train in the studio, and the second histogram stands nearer to 0.
crowding-part = Cosines of unrelated sentences
crowding-sentences = Sentences, one a line
crowding-many = Leave { $most } sentences or fewer.
crowding-mean = Mean cosine
crowding-histogram = Histogram of { $count } cosines with the mean { $mean }
crowding-train = After a run in the studio, the fine-tuned weights stand beside these.

views-title = Dropout is the only augmentation
views-summary = Where do two vectors of one sentence come from?
views-what = From **dropout**: each pass sets other numbers to 0, each with probability p. The two vectors are the positive pair; no word is touched. The larger p, the wider the cloud.
views-nothing = With p = 0, or one **fixed mask**, both are the same and teach nothing. On STS-B the paper has 82.5 with p = 0.1, 71.1 without dropout, 43.6 with a fixed mask.
views-part = One sentence, two passes
views-sentence = Sentence A
views-sentence-help = Its two vectors are drawn below.
views-others = Other sentences of the batch, one a line: B, C and so on
views-no-sentence = Type sentence A first.
views-others-first = Give { $fewest } to { $most } other sentences.
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
views-alignment-what = Mean squared distance of all sentences’ pairs; 0 is perfect.
views-verdict-own = Two masks at p = { $p }: one sentence, two vectors with the cosine { $cosine }. To bring them together is what training is asked for.
views-verdict-fixed = One mask of p = { $p } for both: the two vectors are the same, bit for bit. Alignment is perfect before any training, and the pair teaches nothing.
views-verdict-none = Nothing is dropped: the two vectors are the same, bit for bit. Alignment is perfect before any training, and the pair teaches nothing.
views-mask = Mask of pass { $pass }
views-mask-what = Mask of pass { $pass } on the first word’s embedding: { $dropped } of the { $shown } numbers shown are dropped.
views-vector = Vector of pass { $pass }
views-vector-what = Vector of pass { $pass }: its first { $shown } of { $hidden } numbers.
views-difference = Difference
views-difference-what = Difference of the two vectors, at most { $most }.
views-lanes-what = The first { $shown } of { $hidden } numbers of each, all bars to one scale. The masks are those of the first word’s embedding, where a gap is what was dropped; every layer drops anew. Weights: { $state }; pooler: { $pooler }.
views-clouds = { $count } draws of each sentence
views-clouds-what = A dot is a vector under dropout; a cross is the vector without it. The plane is the one in which the sentences differ most, so the clouds are wider than they look here: the numbers below are of all dimensions.
views-clouds-label = { $count } dots for each of { $sentences } sentences, around the vector without dropout. The table below has their cosines.
views-column-sentence = Sentence
views-column-within = Cosine of its draws
views-column-nearest = … with the nearest other
views-pairs = First views by second views
views-pairs-what = The batch as the loss sees it. On the diagonal stand the positives, a sentence with itself under another mask; all else are negatives. Each row is to find its own.
views-published = What the paper found
views-published-what = Spearman on STS-B’s development set, BERT-base, unsupervised, for each probability (arXiv 2104.08821, table 3). The ablations’ lesson runs some of these here.

contrast-title = The contrastive loss, number by number
contrast-summary = What does the loss ask of a batch?
contrast-rows = Each row asks: which of the second views is mine? Its cosines, over the temperature τ, go through a softmax; the loss is −ln of the share on the diagonal.
contrast-gradient = Change a cosine. A row pulls its own pair exactly as hard as it pushes all the others together, and the nearest rival is pushed hardest.
contrast-set = Cosines
contrast-set-what = Rows: first views; columns: second views. Type over them, or use the arrow keys.
contrast-example-trained = Well trained
contrast-example-near = B and C alike
contrast-example-collapsed = Collapsed
contrast-tau = Temperature τ
contrast-cosine = Cosine of { $first } and { $second }
contrast-shares = Softmax of the rows
contrast-shares-what = Every row sums to 1. What is not on the diagonal is what the loss complains about.
contrast-row-loss = Loss
contrast-mean = Mean loss
contrast-pulls = Pull and push
contrast-pulls-what = Derivative of the mean loss by each cosine. Below 0: a step of training brings the two together (pull); above 0: it drives them apart (push). The bars are to the scale of the largest.
contrast-pull = Pull on { $first } and { $second }: { $gradient }
contrast-push = Push on { $first } and { $second }: { $gradient }

circle-title = Alignment and uniformity
circle-summary = What makes sentence vectors good?
circle-two = Pairs lie near each other (**alignment**), and all together fill the sphere (**uniformity**). Of both, lower is better.
circle-measure = Either alone is easy. Drag the points until both are low, or choose one with Tab and move it with the arrow keys.
circle-points = Six pairs on a circle
circle-how = Try to get both numbers low. With Shift the arrow keys take larger steps.
circle-random = Random
circle-collapsed = Collapsed
circle-uniform = Uniform, not aligned
circle-both = Both
circle-point = Point { $name }
circle-place = at { $angle }°, { $apart }° from its other half
circle-alignment-what = 0 is perfect; opposite points have 4.
circle-uniformity-what = 0 is a collapse; twelve points spread evenly have { $best }.
circle-model = The same of the encoder
circle-model-what = Alignment over the evaluation pairs scored above 4, uniformity over all their sentences, in hundreds of dimensions and not in two. After a run both states stand here.

hard-title = Hard negatives
hard-summary = What does a contradiction in the batch teach?
hard-what = “A man is repairing a violin” looks like “a man is playing a violin” and means something else. As a **hard negative** it is pushed away hardest.
hard-try = Two runs differ in nothing else. Watch the margin: cosine with the positive less that with the negative. In the paper it is worth 1.3 points (84.9 to 86.2).
hard-part = The sample’s triplets, two runs
hard-part-what = This replaces the training text in the studio by the sample’s triplets, all but the last 300, on which is measured, and leaves the weights of the second run as the fine-tuned ones.
hard-steps-help = Of each of the two runs.
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

ablations-title = The paper’s ablations in small
ablations-summary = How does one know that dropout is what makes it work?
ablations-what = By changing one thing and training again, every row with the same seeds. One run proves little: fifty seeds of the paper’s recipe scatter from 73.2 to 76.7.
ablations-small = The starter is a tenth of BERT-base and trains for seconds: other numbers, and where it gives another order, the table says so.
ablation-part = What to run
ablation-part-what = All else is as in the 60-second demo, with the model’s own pooler. The studio’s recipe stays as it is.
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
ablation-pooler-help = Which states make the sentence vector; a head is one more layer behind [CLS].
ablation-batch-size-help = Sentences of a step, hence rivals of each. Above 64 they are encoded in parts (GradCache), which changes nothing else.
ablation-hard-negatives-help = Supervised: entailments as pairs, contradictions as rivals, with weight α.
ablation-steps-help = Of each run. On a slow device begin with few.
ablation-steps-expected = a whole number from 1 on
ablation-batch-help = Sentences in each step, hence rivals of each.
ablation-batch-expected = a whole number from 2 to 512
ablation-seeds = Seeds
ablation-seeds-help = 1, 2 and so on; every row gets the same.
ablation-seeds-expected = a whole number from 1 to 50
ablation-runs =
    { $count ->
        [one] { $count } run
       *[other] { $count } runs
    }, { $steps } steps in all
ablation-start = Run the ablation
ablation-progress = Run { $run } of { $runs }: { $name }, seed { $seed }, step { $step } of { $steps }
ablation-results = Spearman × 100
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
ablation-paper-augmentation = Paper: STS-B development set, BERT-base, unsupervised (arXiv 2104.08821, table 1). There, “MLM” fills the chosen places with words that BERT predicts; here most of them stay masked. A study of 2025 (arXiv 2508.03453) compares dropout with cropping over several encoders and finds cropping well ahead, the reverse of the paper’s order; with the starter neither is clearly ahead of the other.
ablation-paper-temperature = Paper: STS-B development set, BERT-base, supervised on NLI triplets (arXiv 2104.08821, appendix D); here unsupervised.
ablation-paper-pooler = Paper: STS-B development set, BERT-base, unsupervised (arXiv 2104.08821, table 6). It has no row for the plain average.
ablation-paper-batch-size = The paper has no such table for unsupervised training. Every batch takes the same number of steps here, so that a larger one sees more sentences.
ablation-paper-hard-negatives = Paper: STS-B development set, BERT-base, supervised on NLI (arXiv 2104.08821, table 7). Here they do harm: the contradictions of the site’s own triplets share more words with their sentence than the entailments do, so that what the encoder learns from them is to distrust shared words, and in STS shared words say much.
ablation-order =
    { $pairs ->
        [one] Of the one pair of settings that the paper tells apart (by a point or more)
       *[other] Of the { $pairs } pairs of settings that the paper tells apart (by a point or more)
    } the starter has { $same } in the same order and { $reversed } the other way round; { $undecided } are too close to call.
ablation-record = Starter: STS-B development set, from { $before }, after { $steps } steps of { $batch } of the site’s own sentences; { $sentences } and { $pairs } with simcse-lab ablate.
ablation-sizes = The smaller the encoder, the less it gains
ablation-sizes-what = Training without labels fades with size: SCT (Limkonchotiwat and others, TACL 2023) was made because SimCSE and its kin lose quickly below 100 million parameters, and its own scores fall with size as well. Encoders of the starter’s kind, with one to six layers, show the same.
ablation-sizes-source = BERTs: mean of the seven STS test sets, from SCT’s repository (github.com/mrpeerat/SCT) and SimCSE’s table 5. Starter’s kind: layers of all-MiniLM-L6-v2 made raw again, 20 steps of 64 sentences, STS-B’s development set. The two groups are not measured on the same pairs.
size-column-encoder = Encoder
size-column-parameters = Million parameters
size-column-before = Before
size-column-after = After
size-published = BERT, as published
size-starters = The starter’s kind, measured
size-layers =
    { $layers ->
        [one] { $layers } layer
       *[other] { $layers } layers
    }
ablation-remark = Here: { $model } on { $pairs } after { $steps } steps of { $batch } sentences; the deviation is the sample’s, over seeds.

collapse-title = Why a tiny loss is no collapse
collapse-summary = The loss is 0.001. Has the encoder collapsed?
collapse-question = No. If all vectors were the same, every row of the softmax would be even and the loss **ln N**: 4.16 for 64 sentences.
collapse-look = A tiny loss says that the pairs are found. Look at **uniformity**: at a collapse it rises to 0, in a healthy run it falls.
collapse-run = The run at hand
collapse-run-what = As it goes, in the studio or started here.
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
collapse-calculator = The loss of given cosines
collapse-calculator-what = A batch in which every sentence has one cosine with its own other view, and one with all other sentences.
collapse-items = Sentences N
collapse-own = Cosine with its own
collapse-other = Cosine with others
collapse-even = Loss with these cosines, N = { $items }:
collapse-all-one = Loss at a collapse, ln { $items }:
collapse-column-collapsed = Collapsed: ln N
collapse-column-cosines = With these cosines

kernel-title = What a kernel does
kernel-summary = How does a GPU compute a layer, and its gradient?
kernel-what = By a **kernel**: a small program that many threads run at once. This is LayerNorm: a team of 16 threads has a row, and adds up its parts between them.
kernel-try = Change a number, and step through: each formula has its lines. Forward, a row is brought to mean 0 and variance 1; backward, whatever would move mean or variance is taken out of the gradient.
kernel-part = One row, line by line
kernel-row = Row s
kernel-row-help = Eight numbers with commas between.
kernel-gradient = Gradient dy
kernel-gradient-help = Of the loss by the row’s output; here γ is 1 and β 0.
kernel-numbers = Give { $count } numbers from −1000 to 1000, with commas between.
kernel-forward = Forward
kernel-backward = Backward
kernel-source = Lines of shaders/layer_norm.wgsl
kernel-back = Back
kernel-next = Next line
kernel-stage-of = { $stage } of { $count }
kernel-device = The same, as this device computes it
kernel-by-gpu = By this very shader, on { $name }. “Off”: the difference from the same in 64-bit numbers.
kernel-by-cpu = By the shader’s twin on the CPU: the same formulas in its vector registers. “Off”: the difference from the same in 64-bit numbers.
kernel-off = Off
