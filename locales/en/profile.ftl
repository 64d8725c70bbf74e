# The developers' panel.
profile-what = A profile runs a few steps of the recipe on the loaded text, with a copy of the weights, and times every kernel. Tuning times the kinds of matrix product on this device and uses the fastest from then on, in later visits too.
profile-in-run = The run is using the GPU: stop it to measure.
profile-step = Profile a step
profile-tune = Tune matrix products
profile-preparing = Preparing
profile-failed = The step was not profiled
profile-measuring = Measuring
profile-tune-failed = The matrix products were not tuned
profile-remembered = Matrix products: { $kind }, the fastest kind when it was measured in an earlier visit.
profile-a-step = A step
profile-figure-step = Step
profile-figure-host = Host time
profile-figure-dispatches = Dispatches
profile-figure-layer = Dispatches per layer
profile-figure-tokens = Tokens
profile-figure-products = Matrix products
profile-figure-expected = Expected
profile-figure-memory = GPU memory
profile-of = { $model }: { $rows } rows of up to { $longest } tokens, through { $layers } layers of width { $hidden }. They are packed end to end: none of the { $tokens } tokens is padding.
profile-markdown = Copy as Markdown
profile-json = Download JSON
kind-small = Tiles of 32 × 32, 4 × 4 elements a thread
kind-medium = Tiles of 64 × 64, 4 × 4 elements a thread
kind-large = Tiles of 128 × 128, 8 × 8 elements a thread
profile-square = Square product, { $kind }
profile-square-cpu = Square product, all cores
profile-used = in use
profile-ceilings = Ceilings
profile-ceilings-what = The best that this device reached just now: what the kernels are compared with.
profile-measured = Measured
profile-rate = Rate
profile-copy = Copy
profile-copy-what = from buffer to buffer, bytes read and written
profile-kernels = Kernels
profile-no-timestamps = This adapter has no timestamp queries, so single kernels cannot be timed; the step’s times above are from the page’s clock.
profile-alone = Here each call runs in a pass of its own between two timestamps, so that calls do not overlap, which takes a GPU longer: { $alone } ms in total, against { $step } ms for a whole step.
profile-kernels-what = A row is all calls of a kernel with the same sizes; the bar compares their times. “Of ceiling” is the larger of two shares: of the fastest square product’s GFLOP/s, and of a copy’s GB/s. Near 100 %, only less work would be faster; a large share of the time far below the ceiling is where time can be saved.
profile-rounded = Browsers may round timestamps to 0.1 ms: a shorter call reads as zero or too long, and a dash is a rate that could not be computed.
profile-kernels-label = Kernels of a training step
profile-kernel = Kernel
profile-sizes = Sizes
profile-calls = Calls
profile-share = Share
profile-of-ceiling = Of ceiling
profile-smaller =
    { $count ->
        [one] { $count } smaller kind
       *[other] { $count } smaller kinds
    }
profile-buffers = GPU buffers
profile-buffers-what = What a run of this recipe holds on the device, evaluation included.
profile-buffers-label = GPU buffers by size
profile-buffer = Buffers
profile-size = Size
