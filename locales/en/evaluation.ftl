# Scores of the weights at hand.
evaluation-title = How good are the vectors?
evaluation-lede = Rank correlation with people’s judgements, alignment and uniformity, whole STS suites and transfer tasks, for the loaded and the fine-tuned weights, beside the paper’s numbers.
folds = Folds
folds-help = The paper’s 10 mean 410 classifiers for each of MR, CR, SUBJ and MPQA; fewer are quicker.
folds-expected = a whole number from 2 to 100
classifier-seed = Seed
classifier-seed-help = Of folds, first weights and shuffles; 1111 is SentEval’s.
classifier-seed-expected = a whole number from 0 to 4294967295
need-loaded-model = Load a model first, in the studio.
need-pairs = Load evaluation pairs first, in the studio.
need-pause = Pause or stop the run to evaluate here.
need-tasks = Load tasks first.
need-numbers = Mend the folds or the seed first.
pairs-title = On graded pairs
pairs-what = The same weights and pooler on the evaluation pairs: rank correlation with people’s scores, alignment and uniformity.
pairs-run-evaluates = The run evaluates by itself; pause or stop it to evaluate here.
pairs-evaluate = Evaluate
pairs-failed = The pairs were not evaluated
pairs-scores = Scores on graded pairs
encoding = Encoding
reading = Reading
column-weights = Weights
column-pooler = Pooler
column-pairs = Pairs
state-original = Original
state-loaded = Loaded weights
state-step = Step { $step }
start-over = Start over

analysis-title = Behind the scores
analysis-what = How evenly the pairs’ vectors use their directions, and how their cosines follow people’s scores: the loaded weights, and beside them the trained ones once a run has made some.
analysis-analyse = Analyse
analysis-failed = The pairs were not analysed
analysis-of = { $model }, pooler { $pooler }, on { $pairs }.
analysis-headless = The loaded weights are left out: they have no head, which the pooler cls reads from.
analysis-csv = Analysis as CSV
analysis-numbers = Analysis as numbers
analysis-spectrum = Singular values
analysis-spectrum-note = Of the sentences’ vectors, as shares of the largest: the flatter, the more evenly directions are used.
analysis-spectrum-caption = Singular values, as shares of the largest
analysis-cosines = Cosines by gold score
analysis-cosines-note = Share of pairs at each cosine, a row a group of scores: the rows should move right as scores rise.
analysis-cosines-caption = Mean cosines, exact to 0.025
analysis-rank = Rank
analysis-gold = Gold score
analysis-range = { $low } to { $high }
analysis-rank-value = rank { $rank } { $value }
analysis-no-pairs = no pairs
analysis-mean = mean cosine { $values }
analysis-mean-value = { $mean } for scores { $low } to { $high }
axis-rank = Rank
axis-share = Share of the largest
axis-cosine = Cosine
axis-pairs = pairs

suite-title = On an STS suite
suite-what = Several tasks at once, as papers report them: Spearman × 100 over all subsets together (all), averaged over subsets (mean), and weighted by their size (wmean), beside SimCSE’s published numbers.
suite-drop = Drop STS tasks, or choose them
suite-hint = SentEval’s STS folder (STS12 … STS16), STS-B and SICK files, TSV pairs with scores; more can follow
suite-vectors = Vectors
suite-as-is = As is
suite-whitened = Whitened
suite-as-is-help = As the pooler gives them.
suite-whitened-help = Centred, and scaled to equal variance in every direction of each task’s own sentences (Su et al. 2021): the paper’s baseline without training. It needs many more sentences than the vectors have dimensions.
suite-evaluate = Evaluate suite
suite-failed = The suite was not evaluated
suite-scores = Scores on the STS suite
suite-note = Grey rows are from the paper (arXiv 2104.08821, table 5: test sets, all); the average is that of the row, where it has all tasks. A dash is a correlation that is undefined, because scores or cosines are all the same or vectors are no numbers: the average leaves it out, and says of how many tasks it is.
suite-undefined = Some subsets have no correlation (scores or cosines are all the same, or vectors are no numbers); mean and wmean leave them out.
suite-subsets = { $pairs } in { $subsets } subsets
counted-tasks =
    { $count ->
        [one] { $count } task
       *[other] { $count } tasks
    }
counted-items =
    { $count ->
        [one] { $count } item
       *[other] { $count } items
    }

transfer-title = On transfer tasks
transfer-what = What the vectors are worth to others: logistic regression on them, frozen, by SentEval’s protocol. Accuracy in per cent, and for MRPC also F1, beside SimCSE’s published numbers.
transfer-drop = Drop transfer tasks, or choose them
transfer-hint = SentEval’s folders of MR, CR, SUBJ, MPQA, SST, TREC and MRPC, told by their files’ names
transfer-evaluate = Evaluate transfer
transfer-cancel = Cancel
transfer-failed = The transfer tasks were not evaluated
transfer-scores = Transfer accuracies
transfer-note = Dev accuracy is that of the regularisation chosen: by cross-validation, or on SST-2’s development set. Grey rows are from the paper (arXiv 2104.08821: accuracy, 10 folds).
column-model = Model
column-setting = Setting
column-average = Average
copy-csv = Copy as CSV
