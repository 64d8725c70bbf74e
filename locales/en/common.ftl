# What stands on every view.
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

# What computes. threads: a number.
device-cpu = { $threads ->
    [one] CPU, 1 core
   *[other] CPU, { $threads } cores
}
device-cpu-what = { $threads ->
    [one] One core of this machine’s CPU computes, with its SIMD instructions, in WebAssembly.
   *[other] { $threads } cores of this machine’s CPU compute, with their SIMD instructions, in WebAssembly.
}
device-gpu-what = This machine’s GPU computes: { $name }, by { $backend }.
device-imitated-what = { $name } computes: a program that imitates a GPU on the CPU. The results are right; the CPU itself is several times as fast.
device-choice = Compute with
device-auto = whatever is faster: a GPU, else the CPU
device-gpu = the GPU
device-cpu-only = the CPU
device-busy = This can be changed between runs.

footer-method = Method: Gao, Yao and Chen, “SimCSE: Simple Contrastive Learning of Sentence Embeddings”, EMNLP 2021, arXiv 2104.08821. Alignment and uniformity: Wang and Isola, ICML 2020.
footer-privacy = Models, texts and weights stay in this tab: the page asks nobody else for anything.
footer-api = The engine from JavaScript: a page of ten lines

lens-label = Encoder
lens-model = Encoder: { $name }
lens-no-model = No encoder is loaded yet
lens-weights = Weights
lens-original = Original
lens-current = Fine-tuned
lens-untrained = Both are the same until a run has made a step.
lens-original-help = The model as it was loaded.
lens-current-help = As trained so far; during a run, after the step at hand.
lens-at-help = The checkpoint chosen below.
lens-step = Through the run: step { $step }
lens-step-help = The weights as they were at the run’s evaluations; step 0 is the model as loaded.
lens-pooler = Pooler
pooler-cls-help = The first token through the head; needs a model that has one.
pooler-cls-before-pooler-help = The first token’s state alone.
pooler-avg-help = The mean over a sentence’s tokens.
pooler-avg-top2-help = The mean over tokens and the last two layers.
pooler-avg-first-last-help = The mean over tokens, first and last layer.

dismiss = Dismiss
close = Close
copied = Copied.
copy-refused = This browser did not let the page copy.
link-problem = Parts of this link could not be used
link-problem-what = Left out: { $names }. Everything else of it holds.
share-button = Share
share-title = Share this page as it is
share-what = Everything is in the link’s part behind #, which browsers send to no server. Models, texts and weights are not in it.
share-place = Opens at
share-with = Bring along
share-recipe = The recipe, seed included
share-sentences = The playground’s sentences
share-trail = The way of the run
share-lock = Show, but lock
share-hide = Hide
share-link = Link
share-copy = Copy link
part-model = Model
part-text = Text
part-recipe = Recipe
part-locked = Locked by the link that you followed.

lost-title = The GPU went away
lost-what = The browser or the driver took the device back, as it does when memory runs out, the driver restarts or the machine sleeps. Your model and texts are still here.
lost-run = The run’s state at step { $step } is at hand: it goes on from there.
lost-no-run = There was no run, or it had not been evaluated yet; it can be started again.
lost-restore = Reopen the GPU and restore the run
lost-reopen = Reopen the GPU
lost-restore-cpu = Go on with the run on the CPU
lost-reopen-cpu = Go on, on the CPU
crashed-title = The engine stopped
crashed-what = The part of the page that computes has stopped. Reload the page to start it again; the model and texts have to be loaded again too.
crashed-reload = Reload the page
webgpu-title = Why not a GPU?
webgpu-insecure = Browsers offer WebGPU to secure pages only, and this one was opened over plain http, as { $address }. Opened by https, or from localhost, it can use a GPU.
webgpu-no-browser = This browser does not offer WebGPU, the interface that lets a page compute on the GPU, to this page.
webgpu-no-adapter = This browser knows WebGPU but gave the page no GPU to work with. It said: { $words }
webgpu-imitated = The only GPU that this browser offers is { $name }, which imitates one on the CPU. The CPU itself is faster.
webgpu-where = Where WebGPU works
webgpu-then = On a machine with a GPU, `chrome://gpu` or `about:support` says what keeps the browser from it: an old driver, say, or hardware acceleration that is switched off in the settings.
webgpu-chrome = **Chrome or Edge 113** and later, on Windows, macOS and ChromeOS; on Android from 121.
webgpu-linux = **Chrome on Linux**: current versions offer it on many GPUs; where not, switch on `chrome://flags/#enable-unsafe-webgpu` and `#enable-vulkan`, and restart the browser.
webgpu-firefox = **Firefox 141** and later on Windows, **145** and later on macOS with Apple silicon.
webgpu-safari = **Safari 26** and later, on macOS, iOS, iPadOS and visionOS 26.

examples-english = The encoder that comes with the site reads English only, so the examples are English.
examples-chinese-encoders = Chinese encoders by name
pooler-own-help = What the model’s own sentence-transformers modules make of the token states.
