# 游乐场。
playground-title = 比较句子
playground-lede = 训练前后，编码器认为句子有多相似：你输入的内容不会离开本页。
matrix-title = 相似度矩阵
matrix-what = 编码器认为句子有多相似：余弦，从 −1 到 1。
matrix-sentences = 句子，每行一个
matrix-few = 请输入两个以上句子，每行一个。
matrix-many = { $count } 个句子太多，看不清：请不要超过 { $most } 个。
matrix-compare = 比较
matrix-failed = 句子没有比较
matrix-empty = 矩阵会显示在这里：每个句子一行一列，越相似颜色越暖。
matrix-cell = { $row } 与 { $column }：{ $cosine }
matrix-low = 0 或更低
matrix-original = 原始权重
matrix-current = 微调后的权重（第 { $step } 步）
matrix-caption = { $weights }，池化方式 { $pooler }。不同句子间的平均余弦：{ $mean }
