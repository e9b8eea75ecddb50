using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using EosMLNet.Onnx.Sessions;

namespace EosMLNet.Onnx;

/// <summary>A question that a queue has accepted, and its answer while it comes.</summary>
public sealed class QueuedAnswer
{
    private readonly int[] prompt;
    private readonly int maxNewTokens;
    private readonly StreamedText text;
    private readonly CancellationToken cancellation;
    private readonly long asked = Stopwatch.GetTimestamp();
    private readonly Channel<string> pieces =
        Channel.CreateUnbounded<string>(new UnboundedChannelOptions { SingleWriter = true, AllowSynchronousContinuations = false });
    private readonly TaskCompletionSource<AnswerResult> completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private CancellationTokenRegistration registration;
    private long begun;
    private int batchSize;

    internal QueuedAnswer(VisionLanguageProcessor processor, int[] prompt, ImagePixels images,
        (int Tokens, int VisualTokens) counts, int maxNewTokens, CancellationToken cancellation)
    {
        (this.prompt, Images, this.maxNewTokens, this.cancellation) = (prompt, images, maxNewTokens, cancellation);
        (PromptTokens, VisualTokens, text) = (counts.Tokens, counts.VisualTokens, new StreamedText(processor));
    }

    /// <summary>The prompt's tokens, those of its unreduced images among them.</summary>
    public int PromptTokens { get; }

    /// <summary>The visual tokens of its unreduced images.</summary>
    public int VisualTokens { get; }

    /// <summary>
    /// Which visual tokens the plan leaves, image by image. It is known in front of the first piece of text; empty before.
    /// </summary>
    public IReadOnlyList<KeptTokens> Kept { get; private set; } = [];

    /// <summary>The whole answer. It fails as the model does, and is cancelled with the question.</summary>
    public Task<AnswerResult> Completion => completion.Task;

    /// <summary>The pieces of the answer as they come, once. Behind the last of them <see cref="Completion"/> is complete.</summary>
    /// <param name="cancellation">Ends the reading, not the answer.</param>
    /// <exception cref="EosException">As of <see cref="Completion"/>.</exception>
    /// <exception cref="OperationCanceledException">The question was cancelled, or the reading.</exception>
    public async IAsyncEnumerable<string> ReadAsync([EnumeratorCancellation] CancellationToken cancellation = default)
    {
        await foreach (var piece in pieces.Reader.ReadAllAsync(cancellation).ConfigureAwait(false))
            yield return piece;
        await Completion.ConfigureAwait(false);
    }

    /// <summary>The pixels of its images; null from when it is over.</summary>
    internal ImagePixels? Images { get; private set; }

    internal bool IsOver => completion.Task.IsCompleted;

    /// <summary>How long ago it was asked.</summary>
    internal TimeSpan Age => Stopwatch.GetElapsedTime(asked);

    /// <summary>Whether the answer has begun.</summary>
    internal bool IsTold { get; private set; }

    /// <summary>Lets cancellation act; once, when all else is in place.</summary>
    internal void Watch(Action<QueuedAnswer> onCancelled)
    {
        registration = cancellation.Register(() => onCancelled(this));
        if (IsOver) // meanwhile
            registration.Unregister();
    }

    /// <summary>Takes that its batch begins.</summary>
    /// <returns>How long it has waited.</returns>
    internal TimeSpan Begin(int ofBatch)
    {
        (begun, batchSize) = (Stopwatch.GetTimestamp(), ofBatch);
        return Stopwatch.GetElapsedTime(asked, begun);
    }

    /// <summary>What the model is asked.</summary>
    /// <param name="images">What the encoder made of the images.</param>
    /// <param name="onEnd">Told the new tokens of the answer when it is whole.</param>
    internal AnswerRow ToRow(IReadOnlyList<EncodedImage> images, Action<QueuedAnswer, int> onEnd) => new(prompt, images, maxNewTokens)
    {
        OnKept = kept => Kept = kept,
        OnToken = token =>
        {
            IsTold = true;
            Tell(text.Add(token));
        },
        OnEnd = (ids, meanProbability) =>
        {
            Tell(text.End());
            var whole = new AnswerResult(text.Text, ids, meanProbability, ids.Length == maxNewTokens, batchSize,
                Stopwatch.GetElapsedTime(asked, begun), Stopwatch.GetElapsedTime(begun));
            if (Ended(completion.TrySetResult(whole)))
                onEnd(this, ids.Length);
        },
        Cancellation = cancellation,
    };

    internal bool Cancel() => Ended(completion.TrySetCanceled(cancellation));

    internal bool Fail(Exception why) => Ended(completion.TrySetException(why));

    private bool Ended(bool now)
    {
        Images = null;
        pieces.Writer.TryComplete();
        registration.Unregister();
        return now;
    }

    private void Tell(string piece)
    {
        if (piece.Length > 0)
            pieces.Writer.TryWrite(piece);
    }
}
