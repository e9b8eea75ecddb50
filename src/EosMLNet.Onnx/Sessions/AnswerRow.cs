namespace EosMLNet.Onnx.Sessions;

/// <summary>One row that is answered, and who is told of it.</summary>
/// <param name="Prompt">Token ids, in which an image is one image token, or one for each of its visual tokens.</param>
/// <param name="Images">What the encoder made of its images.</param>
/// <param name="MaxNewTokens">The most tokens it is given.</param>
internal sealed record AnswerRow(int[] Prompt, IReadOnlyList<EncodedImage> Images, int MaxNewTokens)
{
    /// <summary>Told the visual tokens that are left, in front of the first new token; null for nobody.</summary>
    internal Action<IReadOnlyList<KeptTokens>>? OnKept { get; init; }

    /// <summary>Told each new token; null for nobody.</summary>
    internal Action<int>? OnToken { get; init; }

    /// <summary>Told the whole answer as soon as it ends; null for nobody.</summary>
    internal Action<int[], double>? OnEnd { get; init; }

    /// <summary>Ends this row alone; nobody is told of it any more.</summary>
    internal CancellationToken Cancellation { get; init; }

    /// <summary>Refuses an answer without room for a token.</summary>
    /// <exception cref="EosException">EOS1013: <paramref name="maxNewTokens"/> is below 1.</exception>
    internal static void CheckLength(int maxNewTokens)
    {
        if (maxNewTokens < 1)
            throw new EosException(EosErrors.InvalidOption, $"At most {maxNewTokens} new tokens were asked for; expected 1 or more.");
    }
}
