# Scores of the weights at hand.
evaluation-title = How good are the vectors?
evaluation-lede = Rank correlation with people’s judgements, alignment and uniformity, whole STS suites and transfer tasks, for the loaded and the fine-tuned weights, beside the paper’s numbers.
folds = Folds
folds-help = The paper’s 10 mean 410 classifiers for each of MR, CR, SUBJ and MPQA; fewer are quicker.
folds-expected = a whole number from 2 to 100
classifier-seed = Seed
classifier-seed-help = Of folds, first weights and shuffles; 1111 is SentEval’s.
classifier-seed-expected = a whole number from 0 to 4294967295
