
HERE = Path(__file__).resolve().parent
ROLES = (
    ("sent0", "anchor", "premise", "sentence1", "query"),
    ("sent1", "positive", "entailment", "sentence2"),
    ("hard_neg", "negative", "contradiction", "hard_negative"),
)


def read(path):
    """unsup: a sentence a line, paired with itself. sup: CSV or TSV of pairs or triplets, with a header or without."""
    with open(path, encoding="utf-8-sig", newline="") as lines:
        if OBJECTIVE == "unsup":
            sentences = [line.rstrip("\r\n") for line in lines if line.strip()]
            return Dataset.from_dict({"anchor": sentences, "positive": sentences})
        tabs = path.endswith((".tsv", ".tab"))
        quoting = csv.QUOTE_NONE if tabs else csv.QUOTE_MINIMAL
        rows = [row for row in csv.reader(lines, delimiter="\t" if tabs else ",", quoting=quoting) if any(row)]
    head = [cell.strip().lower() for cell in rows[0]]
    named = [next((head.index(name) for name in names if name in head), None) for names in ROLES]
    if named[0] is not None and named[1] is not None:
        rows, columns = rows[1:], [column for column in named if column is not None]
    else:
        columns = range(len(head))
    return Dataset.from_dict(
        {name: [row[column] for row in rows] for name, column in zip(("anchor", "positive", "negative"), columns)}
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True, help="unsup: text, a sentence a line; sup: CSV or TSV")
    parser.add_argument("--output", default=str(HERE / "continued"), help="folder of the trained model")
    parser.add_argument("--steps", type=int, default=STEPS, help="optimizer steps; without it, whole epochs")
    arguments = parser.parse_args()
    set_seed(SEED)

    # The two views of a sentence differ in their dropout masks alone, so dropout is part of the recipe.
    dropout = {"hidden_dropout_prob": DROPOUT, "attention_probs_dropout_prob": DROPOUT}
    model = SentenceTransformer(str(HERE), config_kwargs=dropout)
    model.max_seq_length = MAX_LENGTH
    exported = list(model)
    if HEAD == "train-only":
        # Linear + tanh over [CLS], in training only: the paper's unsupervised models are better without it afterwards.
        # The run's own head is not in this folder for the same reason, so a new one is drawn.
        width = exported[0].auto_model.config.hidden_size
        head = Dense(width, width, activation_function=torch.nn.Tanh())
        torch.nn.init.normal_(head.linear.weight, std=0.02)
        torch.nn.init.zeros_(head.linear.bias)
        model = SentenceTransformer(modules=[*exported, head])
    for name, parameter in model.named_parameters():
        if "layer_weights" in name:  # Which layers are averaged is the pooler, not something to learn.
            parameter.requires_grad_(False)

    # Several GPUs share the run's batch. Where the installed version can, each compares its sentences with those of all.
    gpus = int(os.environ.get("WORLD_SIZE", 1))
    loss_options = {"scale": 1 / TEMPERATURE}
    if gpus > 1 and "gather_across_devices" in inspect.signature(MultipleNegativesRankingLoss).parameters:
        loss_options["gather_across_devices"] = True
    trainer = SentenceTransformerTrainer(
        model=model,
        train_dataset=read(arguments.data),
        loss=MultipleNegativesRankingLoss(model, **loss_options),
        args=SentenceTransformerTrainingArguments(
            output_dir=str(Path(arguments.output) / "checkpoints"),
            num_train_epochs=EPOCHS,
            max_steps=arguments.steps or -1,
            per_device_train_batch_size=max(1, BATCH_SIZE // gpus),
            learning_rate=LEARNING_RATE,
            lr_scheduler_type="linear",
            warmup_steps=WARMUP,
            weight_decay=WEIGHT_DECAY,
            max_grad_norm=CLIP,
            seed=SEED,
            logging_steps=10,
            save_strategy="no",
            report_to="none",
        ),
    )
    trainer.train()
    if trainer.is_world_process_zero():
        SentenceTransformer(modules=exported).save(arguments.output)
        print(f"The model is in {arguments.output}")


if __name__ == "__main__":
    main()
