namespace EosMLNet.Checkpoints;

/// <summary>Before which parts of a text a Llama tokenizer puts a space by itself. Special tokens cut a text in parts.</summary>
internal enum SpacePrefix
{
    /// <summary>Before each, also behind a special token: the older form, <c>legacy</c> in transformers.</summary>
    EachPart,

    /// <summary>Before the text, unless a special token or a space begins it.</summary>
    First,

    /// <summary>Before none.</summary>
    Never,
}
