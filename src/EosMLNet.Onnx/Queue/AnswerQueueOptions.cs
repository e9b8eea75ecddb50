namespace EosMLNet.Onnx;

/// <summary>How an <see cref="AnswerQueue"/> puts questions together.</summary>
public sealed record AnswerQueueOptions
{
    /// <summary>The most questions that are answered side by side.</summary>
    /// <value>The default is 16.</value>
    public int MaxBatch { get; init; } = 16;

    /// <summary>How long a question waits for others to be answered with. A full batch does not wait.</summary>
    /// <value>The default is 2 milliseconds.</value>
    public TimeSpan MaxWait { get; init; } = TimeSpan.FromMilliseconds(2);

    /// <summary>The most questions that wait for their batch; one more is refused.</summary>
    /// <value>The default is 256.</value>
    public int MaxWaiting { get; init; } = 256;

    internal void Check()
    {
        if (MaxBatch < 1 || MaxWaiting < 1)
        {
            throw new EosException(EosErrors.InvalidOption,
                $"MaxBatch is {MaxBatch} and MaxWaiting is {MaxWaiting}; expected 1 or more of both.");
        }
        if (MaxWait < TimeSpan.Zero || MaxWait > TimeSpan.FromMinutes(1))
            throw new EosException(EosErrors.InvalidOption, $"MaxWait is {MaxWait}; expected a time from 0 to a minute.");
    }
}
