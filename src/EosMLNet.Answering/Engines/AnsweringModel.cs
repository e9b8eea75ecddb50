using System.ComponentModel;

namespace EosMLNet.Engines;

/// <summary>
/// A model under a plan, as an engine has loaded it. Answering is safe from any number of threads at once. It is disposed once, when no
/// thread answers any more.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class AnsweringModel : IDisposable
{
    /// <summary>Takes what any engine knows of a model.</summary>
    /// <param name="processor">Tokenizer and image preprocessing; null where the model's folder has none.</param>
    /// <param name="plan">The plan; the identity where the model is not reduced.</param>
    /// <param name="fingerprint">That of the weights that were loaded.</param>
    /// <param name="notes">What a user should know about the model's files.</param>
    /// <exception cref="EosException">EOS1014: there is no tokenizer, so that nobody can ask anything.</exception>
    protected AnsweringModel(
        VisionLanguageProcessor? processor, ReductionPlan plan, ModelFingerprint fingerprint, IReadOnlyList<string> notes) =>
        (Processor, Plan, Fingerprint, Notes) = (processor ?? throw NoTokenizer(), plan, fingerprint, notes);

    /// <summary>Tokenizer and image preprocessing.</summary>
    public VisionLanguageProcessor Processor { get; }

    /// <summary>The plan that the model runs under.</summary>
    public ReductionPlan Plan { get; }

    /// <summary>Identifies the weights that were loaded; computed beside the work when somebody wants it.</summary>
    public ModelFingerprint Fingerprint { get; }

    /// <summary>What a user should know about the model's files, a sentence each; mostly empty.</summary>
    public IReadOnlyList<string> Notes { get; }

    /// <summary>Answers rows, each with its likeliest tokens until the model ends its answer.</summary>
    /// <param name="queries">The rows, at least one, none of them missing something.</param>
    /// <param name="maxNewTokens">The most tokens a row is given.</param>
    /// <param name="onToken">Told a row's number and its new token as soon as that is known, before the weights are known to be the
    /// plan's; null for nobody.</param>
    /// <param name="cancellation">Checked before each token.</param>
    /// <returns>For each row its new token ids, without the one that ends the answer, and the mean probability of its new tokens, that one
    /// included, from 0 to 1.</returns>
    /// <exception cref="EosException">EOS4002: the plan was made for other weights. EOS1015: a prompt is too long.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public abstract IReadOnlyList<(int[] Ids, double MeanProbability)> Generate(
        IReadOnlyList<Query> queries, int maxNewTokens, Action<int, int>? onToken = null, CancellationToken cancellation = default);

    /// <summary>The same model under another plan. It may be used until this one is disposed, and is disposed by itself.</summary>
    /// <param name="plan">The plan.</param>
    /// <exception cref="EosException">EOS4002: the plan does not fit the model, or the engine cannot run it.</exception>
    public abstract AnsweringModel WithPlan(ReductionPlan plan);

    /// <inheritdoc/>
    public abstract void Dispose();

    /// <summary>The error of a model that nobody can ask anything.</summary>
    internal static EosException NoTokenizer() => new(EosErrors.Tokenizer,
        "The model's folder has no tokenizer, so questions cannot be read. Copy tokenizer.json or tokenizer.model into it.");
}
