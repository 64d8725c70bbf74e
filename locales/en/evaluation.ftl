# The evaluation view: scores of the chosen weights.
evaluation-title = How good are the vectors?
evaluation-lede = Rank correlation with human scores, alignment and uniformity, STS suites and transfer tasks, for the loaded and the fine-tuned weights, beside the paper’s numbers.
folds = Folds
transfer-folds-help = The paper uses 10, which means 410 classifiers for each of MR, CR, SUBJ and MPQA; fewer are faster.
classifier-seed = Seed
transfer-seed-help = For folds, initial weights and shuffling; SentEval uses 1111.
need-pairs = Load evaluation pairs first, in the studio.
need-tasks = Load tasks first.
need-numbers = Correct the folds or the seed first.
pairs-title = On graded pairs
pairs-what = The chosen weights and pooler on the evaluation pairs: rank correlation with human scores, alignment and uniformity.
pairs-run-evaluates = The run evaluates by itself; pause or stop it to evaluate here.
pairs-evaluate = Evaluate
pairs-failed = The pairs were not evaluated
pairs-scores = Scores on graded pairs
encoding = Encoding
reading = Reading
column-weights = Weights
column-pooler = Pooler
column-pairs = Pairs
state-original = Loaded weights
state-step = Step { $step }
start-over = Start over

analysis-title = Behind the scores
analysis-what = How evenly the vectors use their directions, and how cosines follow the human scores: for the loaded weights and, after a run, for the trained ones.
analysis-analyse = Analyse
analysis-failed = The pairs were not analysed
analysis-of = { $model }, pooler { $pooler }, on { $pairs }.
analysis-headless = The loaded weights are left out: they have no head, which the pooler cls needs.
analysis-csv = Analysis as CSV
analysis-numbers = Analysis as numbers
analysis-spectrum = Singular values
analysis-spectrum-note = Of the sentence vectors, as shares of the largest: the flatter the curve, the more evenly the directions are used.
analysis-spectrum-caption = Singular values, as shares of the largest
analysis-cosines = Cosines by gold score
analysis-cosines-note = Share of pairs at each cosine, a row for each group of scores: the higher the scores, the further right a row should lie.
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
suite-hint = SentEval’s STS folder (STS12 … STS16), STS-B and SICK files, TSV pairs with scores; more can be added later
suite-vectors = Vectors
suite-as-is = As is
suite-whitened = Whitened
suite-as-is-help = As the pooler gives them.
suite-whitened-help = Centred, and scaled to equal variance in every direction, on each task’s own sentences (Su et al. 2021): the paper’s baseline without training. It needs many more sentences than the vectors have dimensions.
suite-evaluate = Evaluate suite
suite-failed = The suite was not evaluated
suite-scores = Scores on the STS suite
suite-note = Grey rows are from the paper (arXiv 2104.08821, table 5: test sets, all); they have an average only where they have all tasks. A dash is an undefined correlation (scores or cosines are all the same, or vectors contain NaN); the average leaves it out and says how many tasks it covers.
suite-undefined = Some subsets have no correlation (scores or cosines are all the same, or vectors contain NaN); mean and wmean leave them out.
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
transfer-what = How useful the vectors are for other tasks: logistic regression on the frozen vectors, by SentEval’s protocol. Accuracy in per cent, and for MRPC also F1, beside SimCSE’s published numbers.
transfer-drop = Drop transfer tasks, or choose them
transfer-hint = SentEval’s folders of MR, CR, SUBJ, MPQA, SST, TREC and MRPC, recognised by their file names
transfer-evaluate = Evaluate transfer
transfer-cancel = Cancel
transfer-failed = The transfer tasks were not evaluated
transfer-scores = Transfer accuracies
transfer-note = Dev accuracy is that of the chosen regularisation, from cross-validation, or from SST-2’s development set. Grey rows are from the paper (arXiv 2104.08821: accuracy, 10 folds).
column-model = Model
column-setting = Setting
column-average = Average
copy-csv = Copy as CSV
