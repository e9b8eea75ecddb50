using System.Diagnostics.CodeAnalysis;
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
/// <para><see cref="Transform"/> answers in batches and keeps the order of the rows; <c>PredictionEngine</c> answers row by row; the
/// answers are the same. One transformer serves any number of threads.</para>
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
    public IDataView Transform(IDataView input)
    {
        host.CheckValue(input, nameof(input));
        var mapper = MakeMapper(input.Schema);
        return new BatchedAnswerView(host, this, new RowToRowMapperTransform(host, input, mapper, MakeMapper), mapper);
    }

    IRowToRowMapper ITransformer.GetRowToRowMapper(DataViewSchema inputSchema) =>
        new RowToRowMapperTransform(host, new EmptyDataView(host, inputSchema), MakeMapper(inputSchema), MakeMapper);

    void ICanSaveModel.Save(ModelSaveContext ctx)
    {
        host.CheckValue(ctx, nameof(ctx));
        ctx.CheckAtModel();
        ctx.SetVersionInfo(ModelArtifact.GetVersionInfo());
        Engine.Hold(() => ModelArtifact.Save(ctx, Plan, Settings, checkpoint, checkpoint.FingerprintOf(Engine.Model)));
    }

    /// <summary>Frees the model's weights, after the answers that are being computed on other threads. Idempotent.</summary>
    public void Dispose() => Engine.Dispose();

    /// <summary>
    /// Loads the model. Where a fingerprint is expected, it is compared beside the work, before the first answer is handed out.
    /// </summary>
    internal static VisionLanguageTransformer Load(
        IHost host, CheckpointFolder checkpoint, AnswerSettings settings, ReductionPlan? plan, string? fingerprint = null)
    {
        var model = checkpoint.Load(settings.Request(host, checkpoint.Path) with { Plan = plan }, fingerprint);
        if (model.Notes.Count > 0)
        {
            using var channel = host.Start("Loading");
            foreach (var note in model.Notes)
                channel.Warning(note);
        }
        return Of(host, model, checkpoint, settings, fingerprint);
    }

    /// <summary>Takes a model that was loaded, and its folder, over.</summary>
    internal static VisionLanguageTransformer Of(
        IHost host, AnsweringModel model, CheckpointFolder checkpoint, AnswerSettings settings, string? fingerprint = null) =>
        new(host, new AnswerEngine(model, settings.MaxNewTokens, checkpoint, fingerprint), settings.Decided(), checkpoint);

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
                return Load(host, saved.Checkpoint, saved.Settings, saved.Plan, saved.Fingerprint);
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
