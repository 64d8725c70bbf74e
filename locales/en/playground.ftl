# The playground.
playground-title = Compare sentences
playground-lede = How similar an encoder finds sentences, before and after training. Nothing that you type leaves this page.
tabs-label = Ways to look at the sentences
tab-matrix = Matrix
tab-search = Search
tab-map = Map
tab-duplicates = Near-duplicates
tab-export = Export

pair-title = Two sentences
pair-first = First sentence
pair-second = Second sentence
pair-cosine = Cosine
pair-before = before training { $cosine }
pair-rank = Nearer than { $percent } % of the pairs of the list below, which are the thin lines.
pair-blank = Type two sentences: their cosine appears as you type.

list-title = Sentences
list-drop = Open a text file
list-drop-hint = one sentence per line, typed, pasted or dropped; tens of thousands are fine
list-pasted = Pasted text
list-empty = There are no sentences in it yet.
list-too-large = { $name } is too large for this list; the limit is 50 MB.
list-put-away = Remove this text
list-was-put-away = The text was removed.
list-undo = Undo

encode-none = Encode
encode-count =
    { $count ->
        [one] Encode { $count } sentence
       *[other] Encode { $count } sentences
    }
encode-cancel = Cancel
encoded-caption = { $weights }, pooler { $pooler }: { $count } vectors of { $dimensions } dimensions.

matrix-title = Similarity matrix
matrix-what = How similar the encoder finds sentences: cosines from −1 to 1.
matrix-sentences = Sentences, one per line
matrix-few = Type two or more sentences, one per line.
matrix-many = { $count } sentences are too many to read: use { $most } or fewer.
matrix-failed = The sentences were not compared
matrix-empty = The matrix appears here: a row and a column for each sentence, in warmer colours where two are more similar.
matrix-cell = { $row } and { $column }: { $cosine }
matrix-cell-before = Sentences { $row } and { $column }: { $cosine }, before training { $before }
matrix-was = Small numbers: before training.
matrix-low = 0 or less
matrix-original = Loaded weights
matrix-current = Fine-tuned weights (step { $step })
matrix-caption = { $weights }, pooler { $pooler }. Mean cosine of different sentences: { $mean }

search-title = Search by meaning
search-what = The sentences of the list by their cosine with your query; they need not share its words.
search-query = Look for
search-failed = The query was not encoded
search-result = { $count } sentences by their cosine with “{ $query }”
search-more = Show more
search-empty = The ranking appears here, the most similar sentence first.

map-title = Map of the sentences
map-what = The vectors drawn on a plane: sentences that the encoder finds similar lie close together. Hold Ctrl and turn the wheel to zoom.
map-method = Layout
map-pca-help = Principal components: the two directions along which the vectors differ most. Fast, and the axes keep their meaning.
map-umap-help = Keeps neighbours together and bends everything else: shows groups; distances between groups mean little.
map-draw = Draw the map
map-few = Needs { $least } sentences or more.
map-laying-out = Laying out the map…
map-failed = The map could not be drawn: { $error }
map-empty = The map appears here: a point for each sentence.
map-pca-caption = PCA; the axes explain { $first } % and { $second } % of the variance.
map-umap-caption = UMAP of 15 neighbours.
map-some = { $points } of { $count } sentences, evenly sampled

duplicates-title = Near-duplicates
duplicates-what = The pairs of sentences that the encoder finds most alike.
duplicates-start = Find pairs
duplicates-threshold = Cosine of { $value } or more
duplicates-comparing = Comparing all pairs…
duplicates-none = No pair reaches { $least }.
duplicates-found = { $count } pairs reach { $least }; the closest { $shown } are shown.
duplicates-many = { $kept } pairs or more reach { $least }; the closest { $shown } are shown.
duplicates-stale = These pairs were found with another list or other weights; search again.
duplicates-empty = Pairs appear here, the most similar first.

export-title = Export the vectors
export-what = One vector of length 1 for each sentence, as 32-bit floats: `.npy` is an array for `numpy.load`, `.csv` has the sentence in its first column.
export-npy = NumPy array (.npy)
export-csv = Table (.csv)
