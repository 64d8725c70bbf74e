# 当前权重的得分。
evaluation-title = 这些向量有多好？
evaluation-lede = 与人工评分的秩相关、对齐性与均匀性、整套 STS 任务和迁移任务：原始权重与微调后的权重，并列论文的数字。
