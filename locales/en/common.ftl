# What stands on every view.
page-title = SimCSE Lab: train sentence embeddings in this tab
skip-link = Skip to the content
nav-label = Views
nav-studio = Studio
nav-playground = Playground
nav-evaluation = Evaluation
nav-lessons = Lessons
language-label = Language

engine-starting = Starting the engine…
engine-software = No GPU: computing on the CPU, slowly
engine-unavailable = No WebGPU
engine-lost = GPU lost
engine-crashed = Engine stopped
software-summary = This browser gave the page no GPU, so it is slow
software-what = The page computes with { $name }, a program that imitates a GPU on the CPU. The results are right, but even an ordinary program for the CPU, with its SIMD instructions, would be about ten times as fast.
software-help = On a machine with a GPU, `chrome://gpu` says what keeps the browser from it: hardware acceleration is switched off, say, or on Linux `chrome://flags/#enable-vulkan` is. Another browser may do better; until then, small batches help.

footer-method = Method: Gao, Yao and Chen, “SimCSE: Simple Contrastive Learning of Sentence Embeddings”, EMNLP 2021, arXiv 2104.08821. Alignment and uniformity: Wang and Isola, ICML 2020.
footer-privacy = Models, texts and weights stay in this tab: the page asks nobody else for anything.

lens-label = Encoder
lens-model = Encoder: { $name }
lens-no-model = No encoder is loaded yet
lens-weights = Weights
lens-original = Original
lens-current = Fine-tuned
lens-untrained = Both are the same until a run has made a step.
lens-original-help = The model as it was loaded.
lens-current-help = As trained so far; during a run, after the step at hand.
lens-pooler = Pooler
pooler-cls-help = The first token through the head; needs a model that has one.
pooler-cls-before-pooler-help = The first token’s state alone.
pooler-avg-help = The mean over a sentence’s tokens.
pooler-avg-top2-help = The mean over tokens and the last two layers.
pooler-avg-first-last-help = The mean over tokens, first and last layer.
