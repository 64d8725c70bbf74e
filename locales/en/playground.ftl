# The playground.
playground-title = Compare sentences
playground-lede = How similar an encoder finds sentences, before and after training: nothing that you type leaves this page.
matrix-title = Similarity matrix
matrix-what = How similar the encoder finds sentences: cosines from −1 to 1.
matrix-sentences = Sentences, one a line
matrix-few = Type two sentences or more, one a line.
matrix-many = { $count } sentences are too many to read: use { $most } or fewer.
matrix-compare = Compare
matrix-failed = The sentences were not compared
matrix-empty = The matrix shows here: a row and a column for each sentence, warm where two are found similar.
matrix-cell = { $row } and { $column }: { $cosine }
matrix-low = 0 or less
matrix-original = Original weights
matrix-current = Fine-tuned weights (step { $step })
matrix-caption = { $weights }, pooler { $pooler }. Mean cosine of different sentences: { $mean }
