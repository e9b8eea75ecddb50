using EosMLNet.Internals;
using EosMLNet.Models;
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
/// | Required NuGet in addition to Microsoft.ML | EosMLNet, and libtorch for the machine |
/// | Exportable to ONNX | No |
/// </remarks>
public sealed class AnswerEstimator : IEstimator<VisionLanguageTransformer>
{
    private static readonly Dictionary<string, byte[]> NoAdditions = [];

    private readonly IHost host;
    private readonly AnswerSettings settings;
    private readonly string modelPath;
    private readonly ReductionPlan? plan;
    private readonly PaddingChoice padding;

    internal AnswerEstimator(IHostEnvironment env, AnswerOptions options)
    {
        host = env.Register(nameof(AnswerEstimator));
        host.CheckValue(options, nameof(options));
        host.CheckNonWhiteSpace(options.ModelPath, nameof(options.ModelPath));
        settings = options.ToSettings().Checked(EosErrors.InvalidOption);
        modelPath = options.ModelPath;
        plan = options.PlanPath is { } file ? ReductionPlan.Load(file) : null;
        padding = PaddingChoice.Of(settings.ImagePadding, plan is null ? [] : [($"'{options.PlanPath}'", plan)]);
    }

    /// <summary>Loads the model; the data is looked at for its schema only.</summary>
    /// <param name="input">Rows with an image and a question.</param>
    /// <exception cref="EosException">EOS1xxx: the model cannot be loaded. EOS2002: the GPU is not there. EOS2009: it does not compute in
    /// the data type. EOS4002: the plan does not fit.</exception>
    public VisionLanguageTransformer Fit(IDataView input)
    {
        host.CheckValue(input, nameof(input));
        settings.CheckInput(host, SchemaShape.Create(input.Schema));
        Tell(padding.Remarks);
        var answering = settings with { ImagePadding = padding.Padding };
        return VisionLanguageTransformer.Create(host, new CheckpointFolder(modelPath), answering, host.TorchDevice(),
            model => (plan ?? ReductionPlan.Identity(model.ToPlanModel()), null));
    }

    /// <summary>
    /// Writes the zip that <c>Model.Save</c> writes of what <see cref="Fit"/> gives, without a schema and without loading the model. The
    /// same model, plan and options give the same bytes.
    /// </summary>
    /// <param name="path">The zip to write.</param>
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
        if (!VisionLanguageProcessor.Exists(modelPath))
            throw AnswerEngine.NoTokenizer();
        var reference = namesFolder ? CheckpointReference.To(modelPath, Path.GetDirectoryName(target)) : new CheckpointReference("", null);
        var temporary = $"{target}.{Guid.NewGuid():N}.tmp";
        try
        {
            using (var file = File.Create(temporary))
            using (var checkpoint = new CheckpointFolder(modelPath))
            {
                var answering = settings with { ImagePadding = padding.Padding };
                ArtifactWriter.Write(file, plan, answering, checkpoint, reference, additions ?? NoAdditions);
            }
            File.Move(temporary, target, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new EosException(EosErrors.CannotWrite, $"'{target}' cannot be written: {e.Message} " +
                "Check that the folder is writable and has room.", e);
        }
        finally
        {
            if (File.Exists(temporary))
                File.Delete(temporary);
        }
    }

    /// <summary>The input's columns with those for answer, score and visual tokens.</summary>
    /// <param name="inputSchema">A schema with the image and the question column.</param>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        host.CheckValue(inputSchema, nameof(inputSchema));
        return settings.OutputShape(host, inputSchema);
    }

    private void Tell(IReadOnlyList<string> remarks)
    {
        using var channel = host.Start("Answer");
        foreach (var remark in remarks)
            channel.Warning(remark);
    }
}
