using EosMLNet.Onnx.Queue;
using EosMLNet.Onnx.Sessions;

namespace EosMLNet.Onnx;

/// <summary>
/// Questions of many callers, answered together by one model. A batch begins when it is full, or when its oldest question has waited long
/// enough. An answer does not depend on the questions beside it. May be used from several threads at once.
/// </summary>
/// <remarks>The meter <c>EosMLNet.Onnx</c> tells the length of the queue, sizes of batches, tokens and times.</remarks>
public sealed class AnswerQueue : IAsyncDisposable
{
    private readonly AnswerQueueOptions options;
    private readonly VisionLanguageProcessor processor;
    private readonly QueueMetrics metrics;
    private readonly object padlock = new(); // pulsed where what it guards has changed
    private readonly LinkedList<QueuedAnswer> waiting = [];
    private readonly Task answering;
    private int preparing;                       // accepted, and not yet in the list
    private IReadOnlyList<QueuedAnswer> running = [];
    private CancellationTokenSource stop = new();
    private bool closed;

    /// <summary>Makes a queue, which begins to answer at once.</summary>
    /// <param name="model">The model, which is not disposed with the queue.</param>
    /// <param name="options">How questions are put together; null for the defaults.</param>
    /// <exception cref="EosException">EOS1013: an option is out of its range. EOS1014: the model has no tokenizer.</exception>
    public AnswerQueue(OnnxModel model, AnswerQueueOptions? options = null)
    {
        (Model, this.options) = (model, options ?? new AnswerQueueOptions());
        this.options.Check();
        processor = model.RequiredProcessor;
        metrics = new QueueMetrics(() => Waiting);
        answering = Task.Factory.StartNew(AnswerAll, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>The model that answers.</summary>
    public OnnxModel Model { get; }

    /// <summary>How many questions were accepted and wait for their batch.</summary>
    public int Waiting
    {
        get
        {
            lock (padlock)
                return preparing + waiting.Count;
        }
    }

    /// <summary>Whether one more question would be refused now.</summary>
    public bool IsFull => Waiting >= options.MaxWaiting;

    /// <summary>Whether it takes no more questions for good.</summary>
    public bool IsClosed => Volatile.Read(ref closed);

    /// <summary>Asks a question. Its images are resized by the caller's thread; the answer comes beside it.</summary>
    /// <param name="question">The question.</param>
    /// <param name="images">What it is about, in the order of the prompt.</param>
    /// <param name="maxNewTokens">The most tokens of the answer.</param>
    /// <param name="earlier">Earlier questions about the same images, with their answers; null for none.</param>
    /// <param name="cancellation">Takes the question out of the queue. Where its batch runs, the answer ends, and the others go on.</param>
    /// <exception cref="EosException">EOS1010: an image is too long and narrow. EOS1013: <paramref name="maxNewTokens"/> is below 1.
    /// EOS1014: the tokenizer does not fit the model. EOS1015: the question's marks are not as many as images, the prompt is too long, or
    /// the model's prompts cannot be continued. EOS1017: the folder's chat template cannot be followed. EOS2013: the queue is full, or
    /// closed.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled before.</exception>
    public QueuedAnswer Ask(string question, IReadOnlyList<Visual> images, int maxNewTokens = 256,
        IReadOnlyList<PromptTurn>? earlier = null, CancellationToken cancellation = default)
    {
        cancellation.ThrowIfCancellationRequested();
        AnswerRow.CheckLength(maxNewTokens);
        Accept();
        QueuedAnswer? asked = null;
        try
        {
            var prompt = processor.EncodePrompt(earlier ?? [], question, [.. images.Select(image => image.InPrompt(processor.Images))]);
            var seen = Model.Pixels([.. images.Select(image => (image, images.Count))]);
            return asked = new QueuedAnswer(processor, prompt, seen, Model.Count(prompt, seen.Shapes), maxNewTokens, cancellation);
        }
        finally
        {
            lock (padlock)
            {
                preparing--;
                if (asked is not null)
                    waiting.AddLast(asked);
                Monitor.Pulse(padlock);
            }
            asked?.Watch(Cancel);
        }
    }

    /// <summary>Takes no more questions, and waits until those that were accepted are answered.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (padlock)
        {
            closed = true;
            Monitor.Pulse(padlock);
        }
        await answering.ConfigureAwait(false);
        metrics.Dispose();
    }

    private void Accept()
    {
        lock (padlock)
        {
            if (closed)
                throw new EosException(EosErrors.QueueFull, "The queue is closed: no more questions are taken. Ask another queue.");
            if (preparing + waiting.Count < options.MaxWaiting)
            {
                preparing++;
                return;
            }
        }
        metrics.Refused();
        throw new EosException(EosErrors.QueueFull,
            $"{options.MaxWaiting} questions are waiting, and the queue takes no more. Ask again later, or raise MaxWaiting.");
    }

    private void Cancel(QueuedAnswer one)
    {
        lock (padlock)
        {
            waiting.Remove(one);
            if (!one.Cancel())
                return;
            if (running.Contains(one) && running.All(each => each.IsOver))
                stop.Cancel(); // nobody waits for any of them
            Monitor.Pulse(padlock);
        }
        metrics.Ended("cancelled", one.Age);
    }

    private void AnswerAll()
    {
        while (Next() is { } batch)
        {
            Answer(batch);
            lock (padlock)
                running = [];
        }
    }

    // The next batch; null when the queue is closed and empty.
    private List<QueuedAnswer>? Next()
    {
        lock (padlock)
        {
            while (true)
            {
                if (waiting.First is not { Value.Age: var oldest })
                {
                    if (closed && preparing == 0)
                        return null;
                    Monitor.Wait(padlock);
                }
                else if (waiting.Count >= options.MaxBatch || oldest >= options.MaxWait || closed)
                {
                    return Taken();
                }
                else
                {
                    Monitor.Wait(padlock, options.MaxWait - oldest);
                }
            }
        }
    }

    private List<QueuedAnswer> Taken()
    {
        var batch = waiting.Take(options.MaxBatch).ToList();
        foreach (var _ in batch)
            waiting.RemoveFirst();
        running = batch;
        stop.Dispose();
        stop = new CancellationTokenSource();
        return batch;
    }

    private void Answer(IReadOnlyList<QueuedAnswer> batch)
    {
        try
        {
            Run(batch);
        }
        catch (Exception e) // whatever it is, the next batch has to be answered
        {
            // One of them may be at fault for all.
            foreach (var one in batch.Where(one => !one.IsOver))
            {
                if (batch.Count > 1 && !one.IsTold)
                    Answer([one]);
                else if (one.Fail(e))
                    metrics.Ended("failed", one.Age);
            }
        }
    }

    private void Run(IReadOnlyList<QueuedAnswer> batch)
    {
        (QueuedAnswer One, ImagePixels Images)[] asked =
            [.. batch.Select(one => (one, one.Images)).Where(x => x.Images is not null).Select(x => (x.one, x.Images!))];
        if (asked.Length == 0)
            return;
        metrics.Began([.. asked.Select(x => x.One.Begin(asked.Length))]);
        foreach (var (one, _) in asked)
        {
            metrics.Tokens("prompt", one.PromptTokens - one.VisualTokens);
            metrics.Tokens("visual", one.VisualTokens);
        }
        Model.CheckPlan(stop.Token); // before anybody is told of an answer
        var pixels = Joined([.. asked.Select(x => x.Images.Values)]);
        var encoded = Model.Encode([.. asked.SelectMany(x => x.Images.Shapes)], pixels, stop.Token);
        var (rows, at) = (new List<AnswerRow>(), 0);
        foreach (var (one, images) in asked)
        {
            rows.Add(one.ToRow([.. encoded.Skip(at).Take(images.Shapes.Length)], OnEnd));
            at += images.Shapes.Length;
        }
        Model.Answer(rows, stop.Token);
    }

    private static float[] Joined(float[][] pixels)
    {
        if (pixels is [var only])
            return only;
        var all = new float[pixels.Sum(each => each.LongLength)];
        var at = 0;
        foreach (var each in pixels)
        {
            each.CopyTo(all, at);
            at += each.Length;
        }
        return all;
    }

    private void OnEnd(QueuedAnswer one, int newTokens)
    {
        metrics.Tokens("answer", newTokens);
        metrics.Ended("answered", one.Age);
    }
}
