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
    private int running;
    private bool disposed;

    /// <summary>Takes the model over.</summary>
    /// <param name="model">The model.</param>
    /// <param name="plan">The plan that it runs under.</param>
    /// <param name="maxNewTokens">The longest answer.</param>
    /// <param name="imageCacheBytes">How much of what the encoder makes of images is kept; 0 for nothing.</param>
    /// <exception cref="EosException">EOS1014: the model has no tokenizer. EOS4002: the plan does not fit the model.</exception>
    public AnswerEngine(VisionLanguageModel model, ReductionPlan plan, int maxNewTokens, long imageCacheBytes)
    {
        if (model.Processor is null)
            throw new EosException(EosErrors.Tokenizer,
                "The model's folder has no tokenizer, so questions cannot be read. Copy tokenizer.json or tokenizer.model into it.");
        reduced = new ReducedModel(model, plan);
        (Model, Plan, this.maxNewTokens) = (model, plan, maxNewTokens);
        Images = imageCacheBytes > 0 ? new FeatureCache(Encode, imageCacheBytes) : null;
    }

    public VisionLanguageModel Model { get; }

    public ReductionPlan Plan { get; }

    /// <summary>What is kept of images; null where nothing is.</summary>
    public FeatureCache? Images { get; }

    /// <summary>Answers a batch of rows, in their order.</summary>
    /// <exception cref="ObjectDisposedException">The transformer was disposed.</exception>
    public Answer[] Ask(IReadOnlyList<Query> queries)
    {
        var answers = new Answer[queries.Count];
        Array.Fill(answers, Answer.Missing);
        int[] asked = [.. Enumerable.Range(0, queries.Count).Where(row => !queries[row].IsMissing)];
        if (asked.Length == 0)
            return answers;
        Enter();
        try
        {
            var generation = Generate([.. asked.Select(row => queries[row])]);
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

    private Generation Generate(IReadOnlyList<Query> asked)
    {
        using var scope = torch.NewDisposeScope();
        using var batch = Images is null
            ? PromptBatch.Create(Model, [.. asked.Select(query => (query.Image, query.Question))], Plan)
            : PromptBatch.Create(Model, [.. asked.Select(query => Model.Processor!.EncodePrompt(query.Question))],
                Images.Get([.. asked.Select(query => query.Image!)]));
        return reduced.Generate(batch, maxNewTokens);
    }

    private VisionOutput Encode(RgbImage image)
    {
        using var scope = torch.NewDisposeScope();
        return Model.EncodeImages(Model.Processor!.Images.ToInput([image]), plan: Plan).MoveToOuterDisposeScope();
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
        Model.Dispose();
    }
}
