# Text shown on every view.
page-title = SimCSE Lab: train sentence embeddings in this tab
skip-link = Skip to the content
nav-label = Views
nav-studio = Studio
nav-playground = Playground
nav-evaluation = Evaluation
language-label = Language

engine-starting = Starting the engine…
engine-lost = GPU lost
engine-crashed = Engine stopped

# The device that computes. threads: a number.
device-cpu = { $threads ->
    [one] CPU, 1 core
   *[other] CPU, { $threads } cores
}
device-cpu-what = { $threads ->
    [one] Runs on one core of this machine’s CPU, in WebAssembly with SIMD instructions.
   *[other] Runs on { $threads } cores of this machine’s CPU, in WebAssembly with SIMD instructions.
}
device-gpu-what = Runs on this machine’s GPU: { $name }, through { $backend }.
device-imitated-what = Runs on { $name }, which emulates a GPU on the CPU. The results are correct; the CPU itself is several times as fast.
device-choice = Compute with
device-auto = the faster one: a GPU if there is one, else the CPU
device-gpu = the GPU
device-cpu-only = the CPU
device-busy = This can be changed between runs.

footer-method = Method: Gao, Yao and Chen, “SimCSE: Simple Contrastive Learning of Sentence Embeddings”, EMNLP 2021, arXiv 2104.08821. Alignment and uniformity: Wang and Isola, ICML 2020.
footer-privacy = Texts and weights stay on this device. The page contacts another server only when you download a model from it.
footer-api = The engine from JavaScript: a ten-line example

encoder-label = Encoder
encoder-model = Encoder: { $name }
encoder-no-model = No encoder is loaded yet
encoder-weights = Weights
encoder-original = Loaded
encoder-current = Fine-tuned
encoder-untrained = Both are the same until a run has taken a step.
encoder-original-help = The model as it was loaded.
encoder-current-help = As trained so far; during a run, after the current step.
encoder-at-help = The checkpoint chosen below.
encoder-step = Step { $step } of the run
encoder-step-help = The weights at each of the run’s evaluations; step 0 is the model as loaded.
encoder-pooler = Pooler
encode-pooler-cls-help = The first token’s state through the head; needs a model that has one.
encode-pooler-cls-before-pooler-help = The first token’s state alone.
encode-pooler-avg-help = The mean over a sentence’s tokens.
encode-pooler-avg-top2-help = The mean over tokens and over the last two layers.
encode-pooler-avg-first-last-help = The mean over tokens and over the first and the last layer.

dismiss = Dismiss
close = Close
copied = Copied.
copy-refused = The browser did not let the page copy.
link-problem = Parts of this link could not be used
link-problem-what = Left out: { $names }. The rest of the link was applied.
share-button = Share
share-title = Share this page as it is
share-what = Everything is in the part of the link after #, which browsers do not send to any server. Models, training texts and weights are not in it.
share-place = Opens at
share-with = Include
share-recipe = The recipe, seed included
share-sentences = The playground’s sentences
share-trail = The run’s path
share-lock = Show, but lock
share-hide = Hide
share-link = Link
share-copy = Copy link
part-model = Model
part-text = Text
part-recipe = Recipe
part-locked = Locked by the link that you opened.

lost-title = The GPU went away
lost-what = The browser or the driver took the device back, as happens when memory runs out, the driver restarts or the machine sleeps. Your model and texts are still here.
lost-run = The run’s state at step { $step } was kept: it can go on from there.
lost-no-run = There was no run, or it had not been evaluated yet; it can be started again.
lost-restore = Reopen the GPU and restore the run
lost-reopen = Reopen the GPU
lost-restore-cpu = Go on with the run on the CPU
lost-reopen-cpu = Go on with the CPU
crashed-title = The engine stopped
crashed-what = The part of the page that computes has stopped. Reload the page to start it again; the model and texts have to be loaded again too.
crashed-reload = Reload the page
webgpu-title = Why not a GPU?
webgpu-insecure = Browsers offer WebGPU to secure pages only, and this one was opened over plain http, as { $address }. Opened over https, or from localhost, it can use a GPU.
webgpu-no-browser = This browser does not offer this page WebGPU, the interface through which a page computes on the GPU.
webgpu-no-adapter = This browser supports WebGPU but gave the page no GPU. It said: { $words }
webgpu-imitated = The only GPU that this browser offers is { $name }, which emulates one on the CPU. The CPU itself is faster.
webgpu-where = Where WebGPU works
webgpu-then = On a machine with a GPU, `chrome://gpu` or `about:support` shows why the browser does not use it: an old driver, say, or hardware acceleration that is switched off in the settings.
webgpu-chrome = **Chrome or Edge 113** and later, on Windows, macOS and ChromeOS; on Android from 121.
webgpu-linux = **Chrome on Linux**: current versions offer it on many GPUs; where not, switch on `chrome://flags/#enable-unsafe-webgpu` and `#enable-vulkan`, and restart the browser.
webgpu-firefox = **Firefox 141** and later on Windows, **145** and later on macOS with Apple silicon.
webgpu-safari = **Safari 26** and later, on macOS, iOS, iPadOS and visionOS 26.

examples-english = The encoder that comes with the site reads English only, so the examples are English.
examples-chinese-encoders = Chinese encoders by name
encode-pooler-own-help = The vector that the model’s own sentence-transformers modules make of the token states.
part-failed = This part of the page could not be fetched. There may be no network, or a newer version of the page: reload it then.
part-again = Try again
nav-lessons = Lessons
lesson-no-answer = The engine stopped before it answered.
verify-title = Verify on this device
verify-link = Verify what this device computes
stage-verifying = Checking, parts done: { $progress }
