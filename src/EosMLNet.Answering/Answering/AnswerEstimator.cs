using EosMLNet.Engines;
using EosMLNet.Internals;
using Microsoft.ML;
using Microsoft.ML.Runtime;

namespace EosMLNet;

/// <summary>
/// Applies a vision-language model, unreduced or under a plan, without a search. Made by
/// <see cref="VisionLanguageCatalog.Answer(AnswerOptions)"/>.
/// </summary>
/// <remarks>
/// | Characteristic | |
/// | -- | -- |
/// | Does this estimator need to look at the data to train its parameters? | No |
/// | Input column data types | <see cref="Microsoft.ML.Data.MLImage"/> (or vectors of text: paths), and text |
/// | Output column data types | text, <see cref="float"/>, <see cref="float"/> |
/// | Required NuGet in addition to Microsoft.ML | EosMLNet, and libtorch for the machine, where torch answers |
/// | Exportable to ONNX | No |
/// </remarks>
public sealed class AnswerEstimator : IEstimator<VisionLanguageTransformer>
{
    private static readonly Dictionary<string, byte[]> NoAdditions = [];

    private readonly TransformerBuilder builder;
    private readonly ReductionPlan? plan;
    private readonly PaddingChoice padding;

    internal AnswerEstimator(TransformerBuilder builder, AnswerOptions options)
    {
        this.builder = builder;
        plan = options.PlanPath is { } file ? ReductionPlan.Load(file) : null;
        padding = PaddingChoice.Of(builder.Settings.ImagePadding, plan is null ? [] : [($"'{options.PlanPath}'", plan)]);
    }

    /// <summary>Loads the model; the data is looked at for its schema only.</summary>
    /// <param name="input">Rows with an image and a question.</param>
    /// <exception cref="EosException">EOS1xxx: the model cannot be loaded. EOS2001: nor can libtorch. EOS2002: the GPU is not there.
    /// EOS2009: it does not compute in the data type. EOS2010: no engine is there. EOS4002: the plan does not fit.</exception>
    public VisionLanguageTransformer Fit(IDataView input)
    {
        builder.Host.CheckValue(input, nameof(input));
        builder.CheckInput(SchemaShape.Create(input.Schema));
        builder.Host.Warn("Answer", padding.Remarks);
        return VisionLanguageTransformer.Load(builder.Host, new CheckpointFolder(builder.ModelPath), Answering, plan);
    }

    /// <summary>
    /// Writes the zip that <c>Model.Save</c> writes of what <see cref="Fit"/> gives, without a schema and without loading the model. The
    /// same model, plan and options give the same bytes.
    /// </summary>
    /// <param name="path">The zip to write; its folder is made where it is missing.</param>
    /// <param name="namesFolder">Whether a zip that is too small for the weights says where they are; if not, EOS_MODEL_PATH must say so
    /// when it is loaded. The default is true.</param>
    /// <param name="additions">Further entries of the zip, by name; none by default.</param>
    /// <exception cref="EosException">EOS1001, EOS1007: files of the model are missing. EOS1013: the options name no plan. EOS1014: the
    /// model has no tokenizer. EOS2003: the zip cannot be written. EOS4002: the plan was made for other weights.</exception>
    public void SaveWithoutLoading(string path, bool namesFolder = true, IReadOnlyDictionary<string, byte[]>? additions = null)
    {
        var target = Path.GetFullPath(path);
        if (plan is null)
            throw new EosException(EosErrors.InvalidOption, "PlanPath is null. Name the plan that the model is to be saved under.");
        if (!VisionLanguageProcessor.Exists(builder.ModelPath))
            throw AnsweringModel.NoTokenizer();
        var reference = namesFolder
            ? CheckpointReference.To(builder.ModelPath, Path.GetDirectoryName(target))
            : new CheckpointReference("", null);
        using var checkpoint = new CheckpointFolder(builder.ModelPath);
        AtomicFile.Write(target, file => ArtifactWriter.Write(file, plan, Answering, checkpoint, reference, additions ?? NoAdditions));
    }

    /// <summary>The input's columns with those for answer, score and visual tokens.</summary>
    /// <param name="inputSchema">A schema with the image and the question column.</param>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        builder.Host.CheckValue(inputSchema, nameof(inputSchema));
        return builder.OutputShape(inputSchema);
    }

    private AnswerSettings Answering => builder.Settings with { ImagePadding = padding.Padding };
}
