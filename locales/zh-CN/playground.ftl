# 游乐场。
playground-title = 比较句子
playground-lede = 训练前后，编码器认为句子有多相似：你输入的内容不会离开本页。
tabs-label = 查看句子的方式
tab-matrix = 矩阵
tab-search = 搜索
tab-map = 地图
tab-duplicates = 近似重复
tab-export = 导出

pair-title = 两个句子
pair-first = 第一句
pair-second = 第二句
pair-cosine = 余弦
pair-before = 训练前 { $cosine }
pair-rank = 比下面列表中 { $percent } % 的句对更近；细线就是那些句对。
pair-blank = 输入两个句子：余弦边打字边出来。

list-title = 句子
list-drop = 打开文本文件
list-drop-hint = 每行一个句子；输入、粘贴或拖入，几万行也可以
list-pasted = 粘贴的文本
list-empty = 里面还没有句子。
list-too-large = { $name } 太大，请不要超过 50 MB。
list-put-away = 移除这段文本
list-was-put-away = 文本已移除。
list-undo = 撤销

encode-none = 编码
encode-count = 编码 { $count } 个句子
encode-cancel = 取消
encoded-caption = { $weights }，池化方式 { $pooler }：{ $count } 个 { $dimensions } 维向量。

matrix-title = 相似度矩阵
matrix-what = 编码器认为句子有多相似：余弦，从 −1 到 1。
matrix-sentences = 句子，每行一个
matrix-few = 请输入至少两个句子，每行一个。
matrix-many = { $count } 个句子太多，看不清：请不要超过 { $most } 个。
matrix-failed = 句子比较失败
matrix-empty = 矩阵会显示在这里：每个句子一行一列，越相似颜色越暖。
matrix-cell = { $row } 与 { $column }：{ $cosine }
matrix-cell-before = 第 { $row } 句与第 { $column } 句：{ $cosine }，训练前 { $before }
matrix-was = 小字：训练前。
matrix-low = 0 或更低
matrix-original = 载入的权重
matrix-current = 微调后的权重（第 { $step } 步）
matrix-caption = { $weights }，池化方式 { $pooler }。不同句子间的平均余弦：{ $mean }

search-title = 按意思搜索
search-what = 列表中的句子按与查询的余弦排序；用词不必相同。
search-query = 要找的内容
search-failed = 查询编码失败
search-result = { $count } 个句子，按与“{ $query }”的余弦排序
search-more = 显示更多
search-empty = 排序结果会显示在这里，最相似的在最前。

map-title = 句子地图
map-what = 把向量画在平面上：编码器认为相似的句子彼此靠近。按住 Ctrl 并滚动滚轮可缩放。
map-method = 布局
map-pca-help = 主成分：向量差异最大的两个方向。很快，坐标轴有明确含义。
map-umap-help = 让相邻的点留在一起，其余部分可以弯曲：能看出分组，但组与组之间的距离没有多大意义。
map-draw = 绘制地图
map-few = 需要至少 { $least } 个句子。
map-laying-out = 正在布局…
map-failed = 地图无法绘制：{ $error }
map-empty = 地图会显示在这里：每个句子一个点。
map-pca-caption = PCA；两个轴分别解释 { $first }% 和 { $second }% 的方差。
map-umap-caption = UMAP，15 个邻居。
map-some = { $count } 个句子中均匀抽取的 { $points } 个

duplicates-title = 近似重复
duplicates-what = 编码器认为最相似的句对。
duplicates-start = 查找句对
duplicates-threshold = 余弦不低于 { $value }
duplicates-comparing = 正在比较所有句对…
duplicates-none = 没有句对达到 { $least }。
duplicates-found = { $count } 个句对达到 { $least }；显示最接近的 { $shown } 个。
duplicates-many = 至少 { $kept } 个句对达到 { $least }；显示最接近的 { $shown } 个。
duplicates-stale = 这些句对来自另一份列表或另一组权重；请重新查找。
duplicates-empty = 句对会显示在这里，最相似的在最前。

export-title = 导出向量
export-what = 每个句子一个长度为 1 的向量，32 位浮点数：`.npy` 是供 `numpy.load` 读取的数组，`.csv` 的第一列是句子。
export-npy = NumPy 数组（.npy）
export-csv = 表格（.csv）
