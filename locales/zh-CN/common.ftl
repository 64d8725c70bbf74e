# 每个页面都有的文字。
page-title = SimCSE Lab：在浏览器标签页里训练句向量
skip-link = 跳到正文
nav-label = 页面
nav-studio = 训练台
nav-playground = 游乐场
nav-evaluation = 评测
language-label = 语言

engine-starting = 正在启动引擎…
engine-lost = GPU 已断开
engine-crashed = 引擎已停止

# 用什么计算。threads：核数。
device-cpu = CPU，{ $threads } 核
device-cpu-what = 使用本机 CPU 的 { $threads } 个核计算（WebAssembly，使用 SIMD 指令）。
device-gpu-what = 使用本机 GPU 计算：{ $name }，通过 { $backend }。
device-imitated-what = 使用 { $name } 计算：它在 CPU 上模拟 GPU。结果正确，但直接用 CPU 要快好几倍。
device-choice = 用什么计算
device-auto = 自动选较快的：有 GPU 用 GPU，否则用 CPU
device-gpu = GPU
device-cpu-only = CPU
device-busy = 只能在两次训练之间更换。

footer-method = 方法：Gao、Yao、Chen，“SimCSE: Simple Contrastive Learning of Sentence Embeddings”，EMNLP 2021，arXiv 2104.08821。对齐性与均匀性：Wang 与 Isola，ICML 2020。
footer-privacy = 文本和权重都留在这台设备上。只有下载模型时，本页才会访问其他服务器。
footer-api = 用 JavaScript 调用引擎：十行代码的示例

encoder-label = 编码器
encoder-model = 编码器：{ $name }
encoder-no-model = 还没有载入编码器
encoder-weights = 权重
encoder-original = 载入时
encoder-current = 微调后
encoder-untrained = 训练完成第一步之前，两者相同。
encoder-original-help = 载入时的模型。
encoder-current-help = 训练到目前为止的权重；训练进行中则是当前这一步之后的权重。
encoder-at-help = 下方所选的检查点。
encoder-step = 训练的第 { $step } 步
encoder-step-help = 训练中每次评测时的权重；第 0 步是载入时的模型。
encoder-pooler = 池化方式
encode-pooler-cls-help = 第一个词元的状态，经过投影头；模型须带有投影头。
encode-pooler-cls-before-pooler-help = 只取第一个词元的状态。
encode-pooler-avg-help = 一个句子所有词元的平均。
encode-pooler-avg-top2-help = 所有词元在最后两层上的平均。
encode-pooler-avg-first-last-help = 所有词元在首层和末层上的平均。

dismiss = 知道了
close = 关闭
copied = 已复制。
copy-refused = 浏览器不允许本页复制。
link-problem = 链接中有些内容无法使用
link-problem-what = 已略去：{ $names }。其余仍然有效。
share-button = 分享
share-title = 按现在的样子分享本页
share-what = 所有内容都在链接的 # 之后，浏览器不会把这一部分发给任何服务器。其中不含模型、训练文本和权重。
share-place = 打开时显示
share-with = 一并带上
share-recipe = 配方，包括随机种子
share-sentences = 游乐场里的句子
share-trail = 训练的轨迹
share-lock = 显示但锁定
share-hide = 隐藏
share-link = 链接
share-copy = 复制链接
part-model = 模型
part-text = 文本
part-recipe = 配方
part-locked = 已被你打开的链接锁定。

lost-title = GPU 断开了
lost-what = 浏览器或驱动收回了设备：内存不足、驱动重启或机器休眠时会这样。你的模型和文本还在。
lost-run = 已保留第 { $step } 步的训练状态：可以从那里继续。
lost-no-run = 当时没有训练，或者还没有评测过；可以重新开始。
lost-restore = 重新打开 GPU 并恢复训练
lost-reopen = 重新打开 GPU
lost-restore-cpu = 在 CPU 上继续训练
lost-reopen-cpu = 改用 CPU 继续
crashed-title = 引擎停止了
crashed-what = 本页负责计算的部分停止了。请重新载入页面来启动它；模型和文本也要重新载入。
crashed-reload = 重新载入页面
webgpu-title = 为什么没有用 GPU？
webgpu-insecure = 浏览器只向安全的页面提供 WebGPU，而本页是用普通 http 打开的，地址是 { $address }。改用 https 或从 localhost 打开，就可以使用 GPU。
webgpu-no-browser = 这个浏览器没有向本页提供 WebGPU，也就是网页用 GPU 计算所需的接口。
webgpu-no-adapter = 这个浏览器支持 WebGPU，但没有给本页可用的 GPU。浏览器的说明：{ $words }
webgpu-imitated = 浏览器只能提供 { $name }，它在 CPU 上模拟 GPU。直接用 CPU 更快。
webgpu-where = WebGPU 在哪里可用
webgpu-then = 如果这台机器有 GPU，`chrome://gpu` 或 `about:support` 会说明浏览器为什么用不了它：比如驱动太旧，或者设置中关闭了硬件加速。
webgpu-chrome = **Chrome 或 Edge 113** 及以上，Windows、macOS 和 ChromeOS；Android 上为 121 及以上。
webgpu-linux = **Linux 上的 Chrome**：当前版本在许多 GPU 上可用；不可用时，打开 `chrome://flags/#enable-unsafe-webgpu` 和 `#enable-vulkan`，然后重启浏览器。
webgpu-firefox = **Firefox 141** 及以上（Windows），**145** 及以上（Apple 芯片的 macOS）。
webgpu-safari = **Safari 26** 及以上，macOS、iOS、iPadOS 和 visionOS 26。

examples-english = 本站自带的编码器只懂英文，所以例子也是英文。
examples-chinese-encoders = 按名称载入中文编码器
encode-pooler-own-help = 由模型自带的 sentence-transformers 模块从词元状态算出的向量。
part-failed = 页面的这一部分没有载入。可能没有网络，或者页面有了新版本：请重新载入页面。
part-again = 再试一次
