using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using EosMLNet;
using EosMLNet.Engines;
using EosMLNet.Internals;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

[assembly: LoadableClass(typeof(VisionLanguageTransformer), null, typeof(SignatureLoadModel), VisionLanguageTransformer.UserName,
    ModelArtifact.LoaderSignature)]

namespace EosMLNet;

/// <summary>
/// Answers questions about images with a vision-language model whose visual tokens are reduced by a plan. Made by
/// <c>OperatorSearchEstimator</c>, <see cref="AnswerEstimator"/> or <c>Model.Load</c>.
/// </summary>
/// <remarks>
/// <para><see cref="Transform(IDataView)"/> answers in batches and keeps the order of the rows; <c>PredictionEngine</c> answers row
/// by row; the answers are the same. One transformer serves any number of threads.</para>
/// <para>It holds the model's weights: dispose it when it is not needed any more (<c>(model as IDisposable)?.Dispose()</c> after
/// <c>Model.Load</c>). A <c>PredictionEngine</c> disposes its transformer with itself unless
/// <see cref="PredictionEngineOptions.OwnsTransformer"/> is false: where several threads have an engine each, make them with
/// <see cref="VisionLanguageCatalog.CreatePredictionEngine{TSrc, TDst}(ITransformer)"/>, which leaves the model to its owner.</para>
/// <para>Images are seen as <c>eos</c> sees their files: upright, the colours under transparent pixels kept. An image that a program
/// decodes by itself has lost both; see
/// <see cref="VisionLanguageCatalog.LoadImage(string)"/>.</para>
/// <para>A row has one image, or a vector of paths of several; all of them stand in front of the question.</para>
/// <para>A row whose image or question is empty (an empty path is an empty image) has an empty answer and the score NaN. A path without
/// a file, or a file that is no whole image, is an
/// <see cref="EosException"/> that names the row: EOS1011, EOS1001 or EOS1010. <c>eos</c> refuses empty paths too.</para>
/// <para>Only load models from sources that you trust.</para>
/// </remarks>
public sealed class VisionLanguageTransformer : ITransformer, IDisposable
{
    internal const string UserName = "Vision-language model with an operator plan";

    private readonly IHost host;
    private readonly CheckpointFolder checkpoint;

    private VisionLanguageTransformer(IHost host, AnswerEngine engine, AnswerSettings settings, CheckpointFolder checkpoint) =>
        (this.host, Engine, Settings, this.checkpoint) = (host, engine, settings, checkpoint);

    /// <summary>The plan that the model runs under.</summary>
    public ReductionPlan Plan => Engine.Model.Plan;

    /// <summary>What becomes of images that are not square.</summary>
    public ImagePadding? ImagePadding => Engine.Model.Processor.Images.Padding;

    internal AnswerEngine Engine { get; }

    internal AnswerSettings Settings { get; }

    /// <summary>What the search reported that made it, as JSON, for the package that searches; null where none did.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public string? ReportJson { get; private init; }

    /// <summary>Which frames of videos are read; null where the model takes none.</summary>
    internal FrameSampling? Videos => Engine.Model.Processor.Images.Sampling;

    bool ITransformer.IsRowToRowMapper => true;

    /// <summary>The input's schema with the columns for answer, score and visual tokens.</summary>
    /// <param name="inputSchema">A schema with the image and the question column.</param>
    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) =>
        RowToRowMapperTransform.GetOutputSchema(inputSchema, MakeMapper(inputSchema));

    /// <summary>Adds the answers. They are computed when a cursor reads them, and only if it does.</summary>
    /// <param name="input">Rows with an image and a question.</param>
    /// <exception cref="ObjectDisposedException">The transformer was disposed.</exception>
    public IDataView Transform(IDataView input) => Transform(input, progress: null);

    /// <summary>
    /// Adds the answers, and tells how far a cursor is that reads them. In a pipeline of several stages, transform with the others first.
    /// </summary>
    /// <param name="input">Rows with an image and a question.</param>
    /// <param name="progress">Told after each batch, on the thread that reads the cursor; null for nobody.</param>
    /// <param name="cancellation">Ends the answering before its next token: the cursor then throws
    /// <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="ObjectDisposedException">The transformer was disposed.</exception>
    public IDataView Transform(IDataView input, IProgress<AnswerProgress>? progress, CancellationToken cancellation = default)
    {
        host.CheckValue(input, nameof(input));
        var mapper = MakeMapper(input.Schema);
        var rows = new RowToRowMapperTransform(host, input, mapper, MakeMapper);
        return new BatchedAnswerView(host, this, rows, mapper, progress, cancellation);
    }

    /// <summary>Answers one question, on a thread of the pool.</summary>
    /// <param name="images">The images, in the order in which the model sees them.</param>
    /// <param name="question">The question.</param>
    /// <param name="cancellation">Ends the answering before its next token.</param>
    /// <returns>The answer that <see cref="Transform(IDataView)"/> gives for a row with them.</returns>
    /// <exception cref="EosException">EOS1010: an image cannot be read. EOS1015: the prompt is too long. EOS4002, EOS4004: the weights are
    /// not the plan's.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    /// <exception cref="ObjectDisposedException">The transformer was disposed.</exception>
    public Task<VisionLanguageAnswer> AnswerAsync(
        IReadOnlyList<MLImage> images, string question, CancellationToken cancellation = default)
    {
        var query = QueryOf(images, question);
        return Task.Run(() =>
        {
            var answer = Engine.Ask([query], cancellation)[0];
            return new VisionLanguageAnswer(answer.Text, answer.Score, (float)Plan.Ledger.Mean);
        }, cancellation);
    }

    /// <summary>Answers one question and gives the text while it comes.</summary>
    /// <param name="images">The images, in the order in which the model sees them.</param>
    /// <param name="question">The question.</param>
    /// <param name="cancellation">Ends the answering before its next token. So does a reader who leaves.</param>
    /// <returns>The pieces; together they are <see cref="AnswerAsync"/>'s text.</returns>
    /// <exception cref="EosException">As <see cref="AnswerAsync"/>, while the pieces are read.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    /// <exception cref="ObjectDisposedException">The transformer was disposed.</exception>
    public IAsyncEnumerable<string> StreamAsync(
        IReadOnlyList<MLImage> images, string question, CancellationToken cancellation = default) =>
        Pieces(QueryOf(images, question), cancellation);

    /// <summary>
    /// The same model under another plan, so that an application can choose while it runs: fewer tokens while many wait. A
    /// <see cref="PlanFamily"/> has a plan for each budget.
    /// </summary>
    /// <param name="plan">The plan, for this model.</param>
    /// <returns>
    /// A transformer of its own, to be disposed by itself. Where torch answers, both have the same weights in memory, and the last one that
    /// is disposed frees them. ONNX Runtime reads them again. Images that are remembered are remembered by each.
    /// </returns>
    /// <exception cref="EosException">EOS4002: the plan does not fit the model, or the engine cannot run it. As for the first plan, weights
    /// are compared with it beside the first answer.</exception>
    /// <exception cref="ObjectDisposedException">The transformer was disposed.</exception>
    /// <example>
    /// <code>
    /// var family = new PlanFamily([ReductionPlan.Load("front-48.json"), ReductionPlan.Load("front-24.json")]);
    /// using var busy = model.WithPlan(family.At(30)); // at most 30 visual tokens in the mean over the layers
    /// </code>
    /// </example>
    public VisionLanguageTransformer WithPlan(ReductionPlan plan) => WithPlan(plan, report: null);

    /// <inheritdoc cref="WithPlan(ReductionPlan)"/>
    /// <param name="plan">The plan, for this model.</param>
    /// <param name="report">What the search reported that made it, as JSON; null where none did.</param>
    internal VisionLanguageTransformer WithPlan(ReductionPlan plan, string? report)
    {
        host.CheckValue(plan, nameof(plan));
        if (ImagePadding is { } padding)
            host.Warn("Plan", PaddingChoice.Of(padding, ("that was given", plan)).Remarks);
        return new(host, Engine.WithPlan(plan), Settings, checkpoint) { ReportJson = report };
    }

    IRowToRowMapper ITransformer.GetRowToRowMapper(DataViewSchema inputSchema) =>
        new RowToRowMapperTransform(host, new EmptyDataView(host, inputSchema), MakeMapper(inputSchema), MakeMapper);

    void ICanSaveModel.Save(ModelSaveContext ctx)
    {
        host.CheckValue(ctx, nameof(ctx));
        ctx.CheckAtModel();
        ctx.SetVersionInfo(ModelArtifact.GetVersionInfo());
        Engine.Hold(() => ModelArtifact.Save(ctx, Plan, Settings, checkpoint, checkpoint.FingerprintOf(Engine.Model), ReportJson));
    }

    /// <summary>Frees the model's weights, after the answers that are being computed on other threads. Idempotent.</summary>
    public void Dispose() => Engine.Dispose();

    /// <summary>
    /// Loads the model. Where a fingerprint is expected, it is compared beside the work, before the first answer is handed out.
    /// </summary>
    internal static VisionLanguageTransformer Load(
        IHost host, CheckpointFolder checkpoint, AnswerSettings settings, ReductionPlan? plan, string? fingerprint = null,
        string? report = null)
    {
        var model = checkpoint.Load(settings.Request(host, checkpoint.Path) with { Plan = plan }, fingerprint);
        host.Warn("Loading", model.Notes);
        return Of(host, model, checkpoint, settings, fingerprint, report);
    }

    /// <summary>Takes a model that was loaded, and its folder, over.</summary>
    internal static VisionLanguageTransformer Of(
        IHost host, AnsweringModel model, CheckpointFolder checkpoint, AnswerSettings settings, string? fingerprint = null,
        string? report = null) =>
        new(host, new AnswerEngine(model, settings.MaxNewTokens, checkpoint, fingerprint), settings.Decided(), checkpoint)
        {
            ReportJson = report,
        };

    private static Query QueryOf(IReadOnlyList<MLImage> images, string question)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(question);
        return new([.. images.Select(image => image.ToRgb())], question);
    }

    private async IAsyncEnumerable<string> Pieces(Query query, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var left = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var pieces = Channel.CreateUnbounded<string>(new() { SingleReader = true, SingleWriter = true });
        var work = Task.Run(() =>
        {
            try
            {
                var text = new StreamedText(Engine.Model.Processor);
                Engine.Ask([query], left.Token, id => Write(text.Add(id)));
                Write(text.End());
                pieces.Writer.Complete();
            }
            catch (Exception e)
            {
                pieces.Writer.Complete(e);
            }
        }, CancellationToken.None);
        try
        {
            await foreach (var piece in pieces.Reader.ReadAllAsync(CancellationToken.None).ConfigureAwait(false))
                yield return piece;
        }
        finally
        {
            await left.CancelAsync().ConfigureAwait(false); // the reader may have gone
            await work.ConfigureAwait(false);
        }

        void Write(string piece)
        {
            if (piece.Length > 0)
                pieces.Writer.TryWrite(piece);
        }
    }

    private AnswerRowMapper MakeMapper(DataViewSchema input)
    {
        host.CheckValue(input, nameof(input));
        Engine.CheckNotDisposed();
        Settings.CheckInput(host, SchemaShape.Create(input));
        return new AnswerRowMapper(this, input);
    }

    [SuppressMessage("CodeQuality", "IDE0051",
        Justification = "ML.NET finds it by its parameters and calls it when it loads a saved model.")]
    private static VisionLanguageTransformer Create(IHostEnvironment env, ModelLoadContext ctx)
    {
        MlNetInternals.Check(typeof(VisionLanguageTransformer).Assembly);
        var host = env.Register(nameof(VisionLanguageTransformer));
        host.CheckValue(ctx, nameof(ctx));
        try
        {
            ctx.CheckAtModel(ModelArtifact.GetVersionInfo());
            var saved = ModelArtifact.Load(ctx);
            try
            {
                return Load(host, saved.Checkpoint, saved.Settings, saved.Plan, saved.Fingerprint, saved.Report);
            }
            catch
            {
                saved.Checkpoint.Dispose();
                throw;
            }
        }
        catch (Exception e) when (e is FormatException or InvalidDataException or IOException or ArgumentException)
        {
            throw new EosException(EosErrors.ModelArtifact,
                $"The saved model cannot be read: {e.Message} Save the model again, or fetch it anew.", e);
        }
    }
}
