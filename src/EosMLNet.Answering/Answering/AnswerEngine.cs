using EosMLNet.Engines;

namespace EosMLNet;

/// <summary>
/// A model under a plan, ready to answer from any number of threads at once. Disposing it waits for nobody: the calls that run finish
/// first, the last one frees the model.
/// </summary>
internal sealed class AnswerEngine : IDisposable
{
    private readonly Lock gate = new();
    private readonly int maxNewTokens;
    private readonly CheckpointFolder checkpoint;
    private readonly string? expected;
    private readonly AnswerEngine? lender;
    private int running;
    private bool disposed;

    /// <summary>Takes the model and its folder over.</summary>
    /// <param name="model">The model.</param>
    /// <param name="maxNewTokens">The longest answer.</param>
    /// <param name="checkpoint">The folder that the model was loaded from; freed with it.</param>
    /// <param name="expected">The fingerprint that the model must have before an answer is handed out; null for any.</param>
    public AnswerEngine(AnsweringModel model, int maxNewTokens, CheckpointFolder checkpoint, string? expected) =>
        (Model, this.maxNewTokens, this.checkpoint, this.expected) = (model, maxNewTokens, checkpoint, expected);

    private AnswerEngine(AnswerEngine lender, AnsweringModel model)
        : this(model, lender.maxNewTokens, lender.checkpoint, lender.expected) => this.lender = lender;

    public AnsweringModel Model { get; }

    /// <summary>
    /// The same model under another plan. What both have in common is freed when the last of them is disposed.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The transformer was disposed.</exception>
    /// <exception cref="EosException">EOS4002: the plan does not fit the model.</exception>
    public AnswerEngine WithPlan(ReductionPlan plan)
    {
        Enter(); // until the other one is freed
        try
        {
            return new(this, Model.WithPlan(plan));
        }
        catch
        {
            Leave();
            throw;
        }
    }

    /// <summary>Answers a batch of rows, in their order.</summary>
    /// <param name="queries">The rows.</param>
    /// <param name="cancellation">Checked before each token.</param>
    /// <param name="onToken">Told each new token as soon as it is known; for one row alone.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    /// <exception cref="ObjectDisposedException">The transformer was disposed.</exception>
    /// <exception cref="EosException">EOS4002, EOS4004: the model is not the plan's, or not the expected one.</exception>
    public Answer[] Ask(IReadOnlyList<Query> queries, CancellationToken cancellation = default, Action<int>? onToken = null)
    {
        var answers = new Answer[queries.Count];
        Array.Fill(answers, Answer.Missing);
        int[] asked = [.. Enumerable.Range(0, queries.Count).Where(row => !queries[row].IsMissing)];
        if (asked.Length == 0)
            return answers;
        Enter();
        try
        {
            var generated = Generate([.. asked.Select(row => queries[row])], onToken, cancellation);
            for (var i = 0; i < asked.Length; i++)
                answers[asked[i]] = new Answer(Model.Processor.Decode(generated[i].Ids), (float)generated[i].MeanProbability);
            return answers;
        }
        finally
        {
            Leave();
        }
    }

    /// <summary>Holds the model while it is saved, so that nobody frees it meanwhile.</summary>
    /// <exception cref="ObjectDisposedException">The transformer was disposed.</exception>
    public void Hold(Action action)
    {
        Enter();
        try
        {
            action();
        }
        finally
        {
            Leave();
        }
    }

    /// <exception cref="ObjectDisposedException">The transformer was disposed.</exception>
    public void CheckNotDisposed()
    {
        if (disposed)
        {
            throw new ObjectDisposedException(typeof(VisionLanguageTransformer).FullName,
                "The vision-language model was disposed. A PredictionEngine disposes its model with itself, also where other engines " +
                "use it: " +
                "make engines with ml.VisionLanguage().CreatePredictionEngine(model), or with new PredictionEngineOptions { " +
                "OwnsTransformer = false }, and dispose the model when the last one is done.");
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (gate)
        {
            if (disposed)
                return;
            disposed = true;
            if (running > 0)
                return;
        }
        Free();
    }

    private IReadOnlyList<(int[] Ids, double MeanProbability)> Generate(
        IReadOnlyList<Query> asked, Action<int>? onToken, CancellationToken cancellation)
    {
        IReadOnlyList<(int[] Ids, double MeanProbability)> generated;
        try
        {
            generated = Model.Generate(asked, maxNewTokens, onToken is null ? null : (_, id) => onToken(id), cancellation);
        }
        catch (EosException)
        {
            CheckModel(); // other weights than the expected ones explain why a plan does not fit, not the other way round
            throw;
        }
        CheckModel();
        return generated;
    }

    private void CheckModel()
    {
        if (expected is not null)
            checkpoint.CheckIs(Model, expected);
    }

    private void Enter()
    {
        lock (gate)
        {
            CheckNotDisposed();
            running++;
        }
    }

    private void Leave()
    {
        lock (gate)
        {
            running--;
            if (!disposed || running > 0)
                return;
        }
        Free();
    }

    private void Free()
    {
        Model.Dispose();
        if (lender is null)
            checkpoint.Dispose();
        else
            lender.Leave();
    }
}
