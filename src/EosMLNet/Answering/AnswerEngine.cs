using EosMLNet.Execution;
using EosMLNet.Models;
using TorchSharp;

namespace EosMLNet;

/// <summary>
/// A model under a plan, ready to answer from any number of threads at once: nothing in it but the images it remembers changes after its
/// construction, and what a call makes lives in that call's own dispose scope. Disposing it waits for nobody: the calls that run finish
/// first, the last one frees the model.
/// </summary>
internal sealed class AnswerEngine : IDisposable
{
    private readonly Lock gate = new();
    private readonly ReducedModel reduced;
    private readonly int maxNewTokens;
    private readonly CheckpointFolder checkpoint;
    private readonly string? expected;
    private int running;
    private bool disposed;

    /// <summary>Takes the model and its folder over.</summary>
    /// <param name="model">The model.</param>
    /// <param name="plan">The plan that it runs under.</param>
    /// <param name="maxNewTokens">The longest answer.</param>
    /// <param name="imageCacheBytes">How much of what the encoder makes of images is kept; 0 for nothing.</param>
    /// <param name="checkpoint">The folder that the model was loaded from; freed with it.</param>
    /// <param name="expected">The fingerprint that the model must have before an answer is handed out; null for any.</param>
    /// <exception cref="EosException">EOS1014: the model has no tokenizer. EOS4002: the plan does not fit the model.
    /// EOS4004: nor is it the expected model.</exception>
    public AnswerEngine(
        VisionLanguageModel model, ReductionPlan plan, int maxNewTokens, long imageCacheBytes, CheckpointFolder checkpoint,
        string? expected)
    {
        if (model.Processor is null)
            throw NoTokenizer();
        (Model, Plan, this.maxNewTokens, this.checkpoint, this.expected) = (model, plan, maxNewTokens, checkpoint, expected);
        reduced = Explained(() => new ReducedModel(model, plan));
        Images = imageCacheBytes > 0 ? new FeatureCache(Encode, imageCacheBytes) : null;
    }

    /// <summary>The error of a model that nobody can ask anything.</summary>
    public static EosException NoTokenizer() => new(EosErrors.Tokenizer,
        "The model's folder has no tokenizer, so questions cannot be read. Copy tokenizer.json or tokenizer.model into it.");

    public VisionLanguageModel Model { get; }

    public ReductionPlan Plan { get; }

    /// <summary>What is kept of images; null where nothing is.</summary>
    public FeatureCache? Images { get; }

    /// <summary>Answers a batch of rows, in their order.</summary>
    /// <param name="queries">The rows.</param>
    /// <param name="cancellation">Checked before each token.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    /// <exception cref="ObjectDisposedException">The transformer was disposed.</exception>
    /// <exception cref="EosException">EOS4002, EOS4004: the model is not the plan's, or not the expected one.</exception>
    public Answer[] Ask(IReadOnlyList<Query> queries, CancellationToken cancellation = default)
    {
        var answers = new Answer[queries.Count];
        Array.Fill(answers, Answer.Missing);
        int[] asked = [.. Enumerable.Range(0, queries.Count).Where(row => !queries[row].IsMissing)];
        if (asked.Length == 0)
            return answers;
        Enter();
        try
        {
            var generation = Generate([.. asked.Select(row => queries[row])], cancellation);
            for (var i = 0; i < asked.Length; i++)
                answers[asked[i]] = new Answer(Model.Processor!.Decode(generation.Ids[i]), (float)generation.MeanProbability[i]);
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

    private Generation Generate(IReadOnlyList<Query> asked, CancellationToken cancellation)
    {
        using var scope = torch.NewDisposeScope();
        using var batch = Images is null
            ? PromptBatch.Create(Model, [.. asked.Select(query => (query.Images, query.Question))], Plan)
            : PromptBatch.Create(Model, [.. asked.Select(query => Model.Processor!.EncodePrompt(query.Question, query.Images))],
                Images.Get([.. asked.SelectMany(query => query.Images.Select(image => (image, query.Images.Count)))]));
        var generation = Explained(() => reduced.Generate(batch, maxNewTokens, cancellation));
        CheckModel();
        return generation;
    }

    // Other weights than the expected ones explain why a plan does not fit, not the other way round.
    private T Explained<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (EosException)
        {
            CheckModel();
            throw;
        }
    }

    private void CheckModel()
    {
        if (expected is not null)
            checkpoint.CheckIs(Model, expected);
    }

    private VisionOutput Encode(Visual image, int imagesInPrompt)
    {
        using var scope = torch.NewDisposeScope();
        var input = Model.Processor!.Images.ToInput([image], imagesInPrompt);
        return Model.EncodeImages(input, plan: Plan, clsAttention: Plan.NeedsClsAttention).MoveToOuterDisposeScope();
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
        Images?.Dispose();
        reduced.Dispose();
        Model.Dispose();
        checkpoint.Dispose();
    }
}
