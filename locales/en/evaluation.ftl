# Scores of the weights at hand.
evaluation-title = How good are the vectors?
evaluation-lede = Rank correlation with people’s judgements, alignment and uniformity, whole STS suites and transfer tasks, for the loaded and the fine-tuned weights, beside the paper’s numbers.
