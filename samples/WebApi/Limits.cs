namespace WebApi;

/// <summary>What a request may be at most: the section <c>Limits</c> of the configuration.</summary>
internal sealed class Limits
{
    /// <summary>Bytes of a request; one that has more is 413.</summary>
    public long MaxRequestBytes { get; set; } = 10_000_000;

    /// <summary>Pixels of a picture, as its header tells; one that has more is 413, and is not decoded.</summary>
    public long MaxPixels { get; set; } = 16_000_000;

    /// <summary>Pictures of a question.</summary>
    public int MaxPictures { get; set; } = 4;

    /// <summary>Characters of a question.</summary>
    public int MaxQuestionLength { get; set; } = 1000;

    /// <summary>Tokens of an answer.</summary>
    public int MaxNewTokens { get; set; } = 64;

    /// <summary>Pictures that are decoded at the same time. A decoded one takes seven bytes a pixel for a while.</summary>
    public int MaxDecoding { get; set; } = 2;
}
