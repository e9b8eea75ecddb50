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
/// | Input column data types | <see cref="Microsoft.ML.Data.MLImage"/> and text |
/// | Output column data types | text, <see cref="float"/>, <see cref="float"/> |
/// | Required NuGet in addition to Microsoft.ML | EosMLNet, and libtorch for the machine |
/// | Exportable to ONNX | No |
/// </remarks>
public sealed class AnswerEstimator : IEstimator<VisionLanguageTransformer>
{
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
        settings = AnswerSettings.From(options).Checked(EosErrors.InvalidOption);
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
