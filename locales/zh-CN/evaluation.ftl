# 当前权重的得分。
evaluation-title = 这些向量有多好？
evaluation-lede = 与人工评分的秩相关、对齐性与均匀性、整套 STS 任务和迁移任务：原始权重与微调后的权重，并列论文的数字。
folds = 折数
folds-help = 论文用 10 折，MR、CR、SUBJ、MPQA 各要训练 410 个分类器；少一些更快。
folds-expected = 2 到 100 的整数
classifier-seed = 随机种子
classifier-seed-help = 用于分折、初始权重和打乱；1111 是 SentEval 的。
classifier-seed-expected = 0 到 4294967295 的整数
