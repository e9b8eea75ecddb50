namespace EosMLNet.Onnx;

/// <summary>
/// How much converted weights may cost: questions that are answered with the weights as stored and with the converted ones.
/// </summary>
/// <param name="Questions">Images, questions and answers that the model was not made with.</param>
public sealed record WeightsCheck(VqaDataset Questions)
{
    /// <summary>The default of <see cref="MaxAccuracyDrop"/>: one answer of a hundred.</summary>
    public const double DefaultMaxAccuracyDrop = 0.01;

    /// <summary>The default of <see cref="MaxNewTokens"/>.</summary>
    public const int DefaultMaxNewTokens = 8;

    /// <summary>The default of <see cref="BatchSize"/>.</summary>
    public const int DefaultBatchSize = 16;

    /// <summary>The most that accuracy may fall, from 0 to 1.</summary>
    public double MaxAccuracyDrop { get; init; } = DefaultMaxAccuracyDrop;

    /// <summary>The most tokens an answer is given.</summary>
    public int MaxNewTokens { get; init; } = DefaultMaxNewTokens;

    /// <summary>Questions that are answered at once.</summary>
    public int BatchSize { get; init; } = DefaultBatchSize;

    /// <summary>Where the questions are answered, and how they are asked.</summary>
    /// <value>The default is null: on the CPU, with the checkpoint's own prompts.</value>
    public OnnxOptions? Runtime { get; init; }

    /// <summary>Receives how many questions were answered; each is answered twice, and counts twice.</summary>
    /// <value>The default is null: nobody is told.</value>
    public IProgress<int>? Progress { get; init; }
}
