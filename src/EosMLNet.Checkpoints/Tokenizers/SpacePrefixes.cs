namespace EosMLNet.Checkpoints;

/// <summary>Finds out which <see cref="SpacePrefix"/> a folder's files ask for, in the order in which transformers decides.</summary>
internal static class SpacePrefixes
{
    /// <summary>
    /// Behind a SentencePiece model these bytes switch its own prefix off: <c>normalizer_spec { add_dummy_prefix: false }</c>. Protobuf
    /// merges a message that comes twice.
    /// </summary>
    internal static ReadOnlySpan<byte> NoneOfItsOwn => [3 << 3 | 2, 2, 3 << 3, 0];

    /// <summary>
    /// What <c>tokenizer.json</c> does, since transformers runs that where it is there and <c>add_prefix_space</c> is not set; else
    /// <c>legacy</c> (true where it is left out) and <c>add_prefix_space</c> of <c>tokenizer_config.json</c>.
    /// </summary>
    /// <param name="settings">tokenizer_config.json, if any.</param>
    /// <param name="whole">tokenizer.json, if any.</param>
    internal static SpacePrefix Read(JsonSection? settings, JsonSection? whole)
    {
        var added = settings?.Find("add_prefix_space") is null ? (bool?)null : settings.Flag("add_prefix_space", true);
        if (added is null && whole is not null && Declared(whole) is { } declared)
            return declared;
        return added == false ? SpacePrefix.Never : settings?.Flag("legacy", true) ?? true ? SpacePrefix.EachPart : SpacePrefix.First;
    }

    /// <summary>What a component <c>Metaspace</c> of <c>tokenizer.json</c> says.</summary>
    internal static SpacePrefix OfMetaspace(JsonSection metaspace) => metaspace.Text("prepend_scheme") switch
    {
        "always" => SpacePrefix.EachPart,
        "first" => SpacePrefix.First,
        "never" => SpacePrefix.Never,
        null => metaspace.Flag("add_prefix_space", true) ? SpacePrefix.EachPart : SpacePrefix.Never,
        var other => throw metaspace.Unsupported("prepend_scheme", $"'{other}'", "'always', 'first' or 'never'"),
    };

    /// <summary>What <c>tokenizer.json</c> says; null where it says nothing.</summary>
    internal static SpacePrefix? Declared(JsonSection whole)
    {
        // The older form prepends in the normalizer, which sees each part for itself; the newer one is a Metaspace pre-tokenizer.
        foreach (var step in Steps(whole, "normalizer", "normalizers"))
            if (step.Text("type") == "Prepend")
                return SpacePrefix.EachPart;
        foreach (var step in Steps(whole, "pre_tokenizer", "pretokenizers"))
        {
            if (step.Text("type") != "Metaspace")
                continue;
            return OfMetaspace(step);
        }
        return null;
    }

    private static IEnumerable<JsonSection> Steps(JsonSection whole, string name, string list)
    {
        var step = whole.Section(name);
        return step.Text("type") == "Sequence" ? step.Sections(list) : [step];
    }
}
