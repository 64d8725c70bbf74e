# 训练：控制、图表和结果。
run-title = 训练
run-train = 开始训练
run-pause = 暂停
run-resume = 继续
run-step = 单步
run-stop = 停止
run-error = 操作失败
run-ended = 训练提前结束
run-best-kept = 已保留第 { $step } 步的最佳权重。
run-unknown-words = 这段文本有 { $percent } % 的词片不在模型的词表里，模型会把它们全部当成同一个词。文本所用的语言是不是模型不支持的？
run-no-room = 这块 GPU 的显存不够进行这次训练。CPU 使用的是电脑内存。
run-on-cpu = 改用 CPU
run-resume-on-cpu = 在 CPU 上从第 { $step } 步继续
run-step-of = 第 { $done } 步，共 { $total } 步
figure-loss = 损失
figure-left = 剩余时间
figure-steps = 步/秒
figure-tokens = 词元/秒
figure-norm = 梯度范数
figure-memory = 内存
run-needed = 还需要：{ $what }。
need-engine = 引擎启动
need-model = 模型
need-transfer = 迁移任务评测结束
need-text = 训练文本
need-recipe = 有效的配方
run-wants-sentences = { $name } 里是句对或三元组：请选择有监督目标，或载入纯句子。
run-wants-pairs = { $name } 里是纯句子：请选择无监督目标，或载入句对或三元组。
phase-idle = 尚未开始
phase-starting = 正在为这个配方准备 GPU…
phase-running = 训练中
phase-evaluating = 评测中：{ $of } 个句子已完成 { $done } 个
phase-pausing = 这一步之后暂停…
phase-paused = 已暂停
phase-stopping = 正在停止…
phase-failed = 提前结束
phase-finished = 已完成
phase-stopped = 已停止
phase-none = { $how }，尚未完成第一步
phase-kept = { $how }；保留第 { $kept } 步的权重
phase-best = { $how }于第 { $step } 步；保留第 { $kept } 步的最佳权重

chart-plane = 对齐性与均匀性
landmarks-paper = 论文图 2
landmark-random = 未训练
landmark-random-what = 形状与起步编码器相同的随机权重：所有句子挤在一处。
landmark-starter = 起步编码器
landmark-starter-what = 刚载入的起步编码器，平均池化。
landmark-unsupervised = 起步编码器，无监督
landmark-unsupervised-what = 起步编码器用无监督 SimCSE 训练 60 步，与示例训练相同（种子 1）。
landmark-supervised = 起步编码器，有监督
landmark-supervised-what = 起步编码器用本站自己的三元组训练 20 步、每步 64 个（种子 1）。
landmark-minilm = all-MiniLM-L6-v2
landmark-minilm-what = 起步编码器的来源：六层，用十亿个句对微调过。
chart-plane-note = 两个轴都是越低越好：越靠左下，句对越近，句子散布得越开。
chart-loss = 损失
chart-loss-note = 一批数据的对比交叉熵。对于已微调过的模型，接近 0 是正常的。
chart-spearman = Spearman
chart-spearman-note = 余弦与人工评分的秩相关 × 100；越高越好。
chart-quality = 对齐性与均匀性随步数的变化
chart-quality-note = 两者都是越低越好。
chart-norm = 梯度范数
chart-norm-note = 裁剪之前梯度的长度。
chart-rate = 学习率
chart-rate-note = 在训练中线性降到 0。
chart-broken = 图表无法载入：{ $error }
chart-no-pairs = 载入评测句对后可见。
chart-run-without-pairs = 这次训练没有评测句对。
chart-starts = 训练开始后可见。
chart-first-evaluation = 正在进行第一次评测。
chart-first-step = 正在进行第一步。
chart-from-to = 从第 { $begin } 步的 { $first } 到第 { $end } 步的 { $last }
chart-at = 第 { $step } 步为 { $value }
chart-both = 对齐性{ $alignment }；均匀性{ $uniformity }
chart-uniformity-only = 均匀性{ $uniformity }
chart-nothing = 还没有数据
axis-step = 步
axis-loss = 损失
axis-rate = 学习率
axis-norm = 梯度范数
axis-spearman = Spearman × 100
axis-alignment = 对齐性
axis-uniformity = 均匀性
axis-alignment-better = 对齐性（越低越好）
axis-uniformity-better = 均匀性（越低越好）
series-each = 每批
series-smoothed = 平滑后
point-before-training = 训练前
point-before = 训练前
point-step = 步

evaluations-label = 评测
column-step = 步
column-spearman = Spearman × 100
column-alignment = 对齐性
column-uniformity = 均匀性
column-remark = 备注
remark-before = 训练前
remark-best = 最佳

batch-what = 每行是一个句子，每列是一个候选：每行的正例要在该行中突出。竖线右边是难负例。
batch-matrix = 本批的相似度矩阵
batch-histogram = 本批的余弦
batch-histogram-note = 正例应当靠右，其余的向左散开。
batch-step = 第 { $step } 步：{ $rows } × { $columns } 个余弦。正例平均 { $positive }，其余平均 { $other }。
batch-waiting = 显示最后一步的矩阵，训练时每秒更新一次。
series-positives = 正例
series-negatives = 批内负例
series-hard = 难负例
axis-per-cent = 百分比

take-home = 下载
take-nothing = 训练完成第一步后才有可下载的内容。
take-between = 请稍等：训练正在启动或停止。
take-writing = 正在写文件。
take-zip = 模型文件夹（.zip）
take-weights = 权重（.safetensors）
take-checkpoint = 当前训练状态（检查点）
take-what = 这个文件夹可用 `transformers` 和 `sentence-transformers` 载入。检查点是进行中或暂停中的训练状态：权重、优化器状态和在文本中的位置。
take-progress = 正在写入
take-failed = 文件写入失败
take-done = { $name } 已交给浏览器下载。
restore-title = 从检查点继续
restore-what = 请先载入同样的模型和训练文本；配方在检查点里。训练会以暂停状态恢复。
restore-drop = 把检查点拖到这里，或点此选择
restore-hint = 训练时在这里保存的 .safetensors 文件
restore-needs = 需要模型和训练文本，并且没有正在进行的训练。

of-total = { $done } / { $total }
time-left = ，还需 { $time }
stage-downloading = 正在下载：{ $progress }
stage-fetching = 正在获取：{ $progress }
stage-reading = 正在读取：{ $progress }
stage-preparing = 正在检查权重并准备 GPU…
stage-tokenising = 正在切分句子：{ $progress }
stage-encoding = 正在编码句子：{ $progress }
stage-encoding-task = { $task }：正在编码句子，{ $progress }
stage-fitting = { $task }：正在训练分类器，{ $progress }
stage-whitening = 正在白化向量…
stage-analysing = 正在计算奇异值…
stage-compiling = 正在编译着色器：{ $progress }
stage-measuring = 正在测量…
stage-writing = 正在读回权重并写文件…

# 保留的训练，以及图表的显示方式。
tools-label = 图表的显示方式
tools-smoothing = 平滑 { $weight }
tools-log = 对数刻度
tools-paper = 论文的坐标轴
tools-from = 步数
tools-to = 到
tools-all = 全部
tools-hint = 用鼠标拖出方框即可放大，双击恢复全貌。论文的坐标轴：与 SimCSE 论文图 2 相同的对齐性和均匀性范围。
copy-image = 复制
chart-copy = 把{ $title }复制为图片
copy-image-refused = 这个浏览器不允许页面复制图片；请改用 PNG。
chart-as-png = { $title }：存为 PNG
chart-as-csv = { $title }：存为 CSV
chart-problem = 没能导出图表
chart-no-picture = 浏览器没能生成图片；请改用 CSV。
run-this = 本次训练
runs-title = 保留的训练
runs-shared = 链接里的训练
runs-none = 每次训练都会自动保留在这里（只在此浏览器中）：配方、曲线、得分、最后的权重和最佳权重。
runs-what = 只保留在此浏览器中，包括权重，直到你删除；名称表示彼此的差别。勾选后画在本次训练旁边。
runs-space = { $count } 次训练，{ $size }
runs-problem = 保留的训练出了问题
runs-no-storage = 此浏览器不为本页保存数据（{ $error }）。训练在关闭页面后丢失：请导出想保留的。
runs-not-kept = 有一次训练没能写入浏览器存储（{ $error }）。请导出它，或删除其他训练以腾出空间。
runs-not-deleted = 有一次训练没能从浏览器存储中删除：{ $error }
runs-one = 一次保留的训练
runs-draw = 把 { $name } 画在本次训练旁边
runs-draw-all = 全部画出
runs-draw-none = 都不画
runs-export-all = 全部导出
runs-export = 导出
runs-export-name = 导出 { $name }
runs-import = 导入
runs-imported = 新增 { $new } 次，已有 { $known } 次。
runs-rename = 重命名
runs-rename-name = 重命名 { $name }
runs-rename-save = 保存
runs-name = 训练的名称；留空则用彼此的差别
runs-delete = 删除
runs-delete-name = 删除 { $name }
runs-deleted = 已删除 { $date } 的 { $name }。曲线可以恢复，权重不能。
runs-steps = { $done } / { $total } 步
runs-best = 最佳 Spearman { $spearman }（第 { $step } 步）
runs-under-way = 进行中
runs-open = 打开
runs-open-name = 打开 { $name }：模型、文本、配方和权重
runs-go-on = 继续
runs-go-on-name = 继续 { $name }
runs-cut-off = 中断
differs-model = { $value }
differs-text = { $value }
differs-objective =
    { $value ->
        [sup] 有监督
       *[other] 无监督
    }
differs-augmentation =
    { $value ->
        [none] 无数据增强
       *[other] { $value }
    }
differs-fixed-mask =
    { $value ->
        [true] 固定掩码
       *[other] 各自掩码
    }
differs-dropout = dropout { $value }
differs-learning-rate = 学习率 { $value }
differs-temperature = τ { $value }
differs-batch-size = 批大小 { $value }
differs-pooler = { $value }
differs-head = 投影头 { $value }
differs-loss = { $value }
differs-hard-negative-weight = 难负例权重 { $value }
differs-false-negative-threshold = 假负例阈值 { $value }
differs-matryoshka = 宽度 { $value }
differs-mlm-weight = MLM { $value }
differs-contrastive =
    { $value ->
        [false] 无对比损失
       *[other] 对比
    }
differs-steps =
    { $value ->
        [none] 按轮数
       *[other] { $value } 步
    }
differs-epochs = { $value } 轮
differs-max-length = 长度 { $value }
differs-warmup = 预热 { $value }
differs-weight-decay = 权重衰减 { $value }
differs-clip = 裁剪 { $value }
differs-from-trained =
    { $value ->
        [true] 从训练过的权重
       *[other] 从载入的权重
    }
differs-seed = 种子 { $value }
differs-pairs = { $value }

saved-title = 有一次训练中断了
saved-cut-off = { $model } 在 { $text } 上的训练停在第 { $step } 步（共 { $total } 步），保存于 { $date }。模型、文本、权重、优化器状态和曲线都在：继续训练的结果与没有中断时逐位相同。
saved-elsewhere-title = 另一个标签页里正在训练
saved-elsewhere = { $model } 在 { $text } 上，第 { $step } 步（共 { $total } 步）。这里的操作不会影响它。
saved-go-on = 继续训练
saved-forget = 删除这次训练
saved-up-to = 已保存到第 { $step } 步，可以关闭标签页。
need-loaded-model = 请先在训练台载入模型。
need-pause = 要在这里评测，请先暂停或停止训练。
