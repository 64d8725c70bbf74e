# 每个页面都有的文字。
page-title = SimCSE Lab：在浏览器标签页里训练句向量
skip-link = 跳到正文
nav-label = 页面
nav-studio = 训练台
nav-playground = 游乐场
nav-evaluation = 评测
nav-lessons = 课程
language-label = 语言

engine-starting = 正在启动引擎…
engine-software = 没有 GPU：用 CPU 计算，较慢
engine-unavailable = 没有 WebGPU
engine-lost = GPU 已断开
engine-crashed = 引擎已停止
software-summary = 浏览器没有给本页 GPU，所以较慢
software-what = 本页用 { $name } 计算，这是一个在 CPU 上模拟 GPU 的程序。结果是对的，但很慢：连普通的、使用 SIMD 指令的 CPU 程序也会快十倍左右。
software-help = 如果这台机器有 GPU，`chrome://gpu` 会说明浏览器为什么用不了它：比如硬件加速被关闭，或者在 Linux 上没有打开 `chrome://flags/#enable-vulkan`。换一个浏览器也许可以；在此之前，小批量会好一些。

footer-method = 方法：Gao、Yao、Chen，“SimCSE: Simple Contrastive Learning of Sentence Embeddings”，EMNLP 2021，arXiv 2104.08821。对齐性与均匀性：Wang 与 Isola，ICML 2020。
footer-privacy = 模型、文本和权重都留在这个标签页里：本页不向任何其他地方请求任何东西。

lens-label = 编码器
lens-model = 编码器：{ $name }
lens-no-model = 还没有载入编码器
lens-weights = 权重
lens-original = 原始
lens-current = 微调后
lens-untrained = 在训练走出第一步之前，两者相同。
lens-original-help = 载入时的模型。
lens-current-help = 训练到目前为止的模型；训练进行中则是当前这一步之后的模型。
lens-pooler = 池化方式
pooler-cls-help = 第一个词元经过投影头；模型要带有投影头。
pooler-cls-before-pooler-help = 只取第一个词元的状态。
pooler-avg-help = 一个句子所有词元的平均。
pooler-avg-top2-help = 所有词元在最后两层上的平均。
pooler-avg-first-last-help = 所有词元在第一层和最后一层上的平均。
