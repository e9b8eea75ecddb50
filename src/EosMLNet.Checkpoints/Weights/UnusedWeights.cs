namespace EosMLNet.Checkpoints;

/// <summary>
/// Weights of a checkpoint that the model does not use: a bias that config.json does not tell of, a part of another architecture.
/// </summary>
internal static class UnusedWeights
{
    // LLaVA leaves the last layers of its tower unused, and older files hold tables that follow from the configuration.
    private static readonly string[] Usual =
        ["vision_tower.vision_model.encoder.layers.", "vision_tower.vision_model.post_layernorm.", "language_model.lm_head."];
    private static readonly string[] Tables = [".rotary_emb.inv_freq", ".embeddings.position_ids"];

    /// <summary>A sentence about them, or none where there is none to say.</summary>
    /// <param name="names">The published names of all tensors.</param>
    /// <param name="used">Those that the model uses.</param>
    /// <param name="folder">The checkpoint's folder.</param>
    internal static IEnumerable<string> Note(IReadOnlyCollection<string> names, IReadOnlyCollection<string> used, string folder)
    {
        var layersInUse = used.Where(name => name.StartsWith(Usual[0], StringComparison.Ordinal)).Select(Layer).ToHashSet();
        var unused = names.Except(used).Where(name => !IsUsual(name, layersInUse)).Order(StringComparer.Ordinal).ToArray();
        if (unused.Length > 0)
        {
            yield return $"'{folder}' has {unused.Length} tensors that the model of its config.json does not use, such as '{unused[0]}'. " +
                "Where they belong to the model, its answers are wrong: check config.json.";
        }
    }

    private static bool IsUsual(string name, HashSet<string> layersInUse) =>
        Tables.Any(ending => name.EndsWith(ending, StringComparison.Ordinal))
        || Usual.Any(beginning => name.StartsWith(beginning, StringComparison.Ordinal)) && !layersInUse.Contains(Layer(name));

    private static string Layer(string name) =>
        name.StartsWith(Usual[0], StringComparison.Ordinal) ? name[Usual[0].Length..].Split('.')[0] : "";
}
