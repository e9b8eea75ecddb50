namespace EosMLNet.Checkpoints;

/// <summary>The files that a model's configuration is read from.</summary>
/// <param name="Json">config.json.</param>
/// <param name="Generation">generation_config.json, where the folder has it.</param>
/// <param name="Notes">Receives a sentence for each setting that has no effect here.</param>
public sealed record ConfigFile(JsonSection Json, JsonSection? Generation, List<string> Notes)
{
    /// <summary>The decoder's part of config.json.</summary>
    internal JsonSection Text => Json.Section("text_config");

    /// <summary>Ids of tokens with a role: those of generation_config.json, else of config.json, else of its decoder's part.</summary>
    /// <param name="name">The field, such as <c>eos_token_id</c>.</param>
    internal int[]? TokenIds(string name) => Generation?.Ints(name) ?? Json.Ints(name) ?? Text.Ints(name);

    /// <summary>A token id that older files call <c>…_index</c> and newer ones <c>…_id</c>; some files say both.</summary>
    /// <param name="older">The older name.</param>
    /// <param name="newer">The newer name.</param>
    /// <param name="fallback">What holds where there is neither.</param>
    /// <exception cref="EosException">EOS1009: the two differ.</exception>
    internal int TokenId(string older, string newer, int fallback)
    {
        var first = Json.Find(older) is null ? (int?)null : Json.Int(older, 0);
        var second = Json.Find(newer) is null ? (int?)null : Json.Int(newer, 0);
        return first is null || second is null || first == second ? first ?? second ?? fallback
            : throw Json.Unsupported(newer, second, $"{first} as {older}, or one of the two only");
    }
}
