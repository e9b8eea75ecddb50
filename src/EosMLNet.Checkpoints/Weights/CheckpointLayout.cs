namespace EosMLNet.Checkpoints;

/// <summary>Recognises checkpoints of another kind by their tensors' names: what to say where a weight is not as expected.</summary>
internal static class CheckpointLayout
{
    private const string Compiled = "_orig_mod.", Adapter = "base_model.model.", Parallel = "module.";
    private static readonly string[] QuantisedEndings =
        [".absmax", ".quant_map", ".SCB", ".qweight", ".qzeros", ".scales", ".weight_scale", ".weight_scale_inv", ".weight_packed",
            ".g_idx"];

    /// <summary>A sentence, with a space in front of it; empty where the names tell nothing.</summary>
    /// <param name="names">The published names of all tensors.</param>
    /// <param name="wanted">The published name of the weight that is missing or not as expected.</param>
    internal static string Explain(IReadOnlyCollection<string> names, string wanted)
    {
        if (names.FirstOrDefault(name => name.Contains(".lora_", StringComparison.Ordinal)) is { } lora)
        {
            return $" It has '{lora}': it is an adapter (LoRA). Merge it into its model first: merge_and_unload() of the Python package " +
                "peft, then save_pretrained.";
        }
        if (names.FirstOrDefault(name => name.StartsWith(Adapter, StringComparison.Ordinal)) is { } wrapped)
        {
            return $" It has '{wrapped}': its names begin with {Adapter}, as the Python package peft wraps a model. Save the model " +
                "itself: " +
                "merge_and_unload(), then save_pretrained.";
        }
        if (names.FirstOrDefault(name => name.Contains(Compiled, StringComparison.Ordinal)) is { } compiled)
            return $" It has '{compiled}': it was saved from a model that torch.compile had wrapped. Save model._orig_mod instead.";
        if (names.Count > 0 && names.All(name => name.StartsWith(Parallel, StringComparison.Ordinal)))
            return $" All its names begin with {Parallel}, as DistributedDataParallel wraps a model. Save model.module instead.";
        if (names.FirstOrDefault(name => QuantisedEndings.Any(ending => name.EndsWith(ending, StringComparison.Ordinal))) is { } quantised)
            return $" It has '{quantised}': the checkpoint is quantised. {Quantization.Remedy}.";
        if (names.Any(name => name.StartsWith("model.mm_projector.", StringComparison.Ordinal)))
            return $" It has the layout of LLaVA's authors. {AuthorsLayout.Remedy}.";
        if (wanted.StartsWith("visual.", StringComparison.Ordinal)
            && !names.Any(name => name.StartsWith("visual.", StringComparison.Ordinal)))
            return " It has no weight of a vision tower (visual.*): it may be the language model alone. Fetch the whole checkpoint.";
        if (!wanted.StartsWith("visual.", StringComparison.Ordinal)
            && !names.Any(name => name.StartsWith("multi_modal_projector.", StringComparison.Ordinal))
            && !names.Any(name => name.StartsWith("visual.", StringComparison.Ordinal)))
            return " It has no weight of a multi_modal_projector: it may be the language model alone. Fetch a whole LLaVA checkpoint.";
        if (wanted.StartsWith("vision_tower.", StringComparison.Ordinal)
            && !names.Any(name => name.StartsWith("vision_tower.", StringComparison.Ordinal)))
            return " It has no weight of a vision_tower. Fetch a whole LLaVA checkpoint, or save the vision tower with it.";
        if (wanted.StartsWith("language_model.lm_head.", StringComparison.Ordinal) && !names.Contains(wanted))
        {
            return " That is the output head, and 'tie_word_embeddings' of config.json is false or not set. If the embeddings are " +
                "the output " +
                "head, as in models saved with tied weights, write \"tie_word_embeddings\": true into the text_config; else fetch the " +
                "checkpoint again.";
        }
        return "";
    }
}
