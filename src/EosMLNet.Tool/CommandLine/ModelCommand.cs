using System.CommandLine;
using EosMLNet.Execution;
using EosMLNet.LibTorch;
using EosMLNet.Models;
using EosMLNet.Tensors;
using static TorchSharp.torch;

namespace EosMLNet.Tool.CommandLine;

/// <summary>A command that runs a model: with torch loaded, on a device.</summary>
internal abstract class ModelCommand : EosCommand
{
    private readonly Option<string?> libTorch = CommonOptions.LibTorch();

    protected ModelCommand(string name, string description, EosConsole console, Option<ModelDataType>? dataType = null)
        : base(name, description, console) => DataTypeOption = dataType ?? CommonOptions.DataType();

    protected Option<string> ModelFolder { get; } = CommonOptions.Model();

    protected Option<string> DeviceOption { get; } = CommonOptions.Device();

    protected Option<ModelDataType> DataTypeOption { get; }

    /// <summary>How questions are asked: for commands that ask any.</summary>
    protected PromptOptions Prompts { get; } = new();

    protected sealed override void AddOptions(params IEnumerable<Option> options) =>
        base.AddOptions([ModelFolder, .. options, DeviceOption, DataTypeOption, libTorch]);

    protected sealed override (int, object) Run(ParseResult values, CancellationToken cancellation)
    {
        Console.While("Loading libtorch", () => TorchRuntime.EnsureLoaded(values.GetValue(libTorch)));
        return (ExitCodes.Success, Execute(values, cancellation));
    }

    /// <summary>Does the command's work.</summary>
    /// <returns>What <c>--json</c> writes.</returns>
    protected abstract object Execute(ParseResult values, CancellationToken cancellation);

    /// <summary>The device that <c>--device</c> names.</summary>
    /// <exception cref="EosException">EOS1013, EOS2002: there is no such device.</exception>
    protected Device Device(ParseResult values) => TorchDevice.Resolve(values.GetRequiredValue(DeviceOption));

    /// <summary>The type that <c>--data-type</c> names.</summary>
    protected ModelDataType DataType(ParseResult values) => values.GetRequiredValue(DataTypeOption);

    protected VisionLanguageModel LoadModel(
        ParseResult values, ImagePadding padding = PaddingChoice.Default, ModelUse use = ModelUse.Answer)
    {
        var folder = values.GetRequiredValue(ModelFolder);
        var device = Device(values);
        var model = Console.While($"Loading {Path.GetFileName(Path.TrimEndingDirectorySeparator(folder))}",
            () => VisionLanguageModel.Load(folder, DataType(values), device, padding: padding, use: use, prompts: Prompts.Of(values)));
        var (layers, tokens, type) = (model.LayerCount, model.VisualTokens, model.WeightType);
        Console.Line($"Model {folder}: {model.Family}, {layers} layers, {tokens} visual tokens, {type} on {model.Device}");
        PrintNotes(model.Notes);
        return model;
    }

    private void PrintNotes(IEnumerable<string> notes)
    {
        foreach (var note in notes)
            Console.Line($"Note: {note}");
    }

    /// <summary>The model under the plan that is named, or under none.</summary>
    protected static ReducedModel Reduce(VisionLanguageModel model, PlanChoice? plan) =>
        new(model, plan?.For(model.ToPlanModel()) ?? ReductionPlan.Identity(model.ToPlanModel()));

    /// <summary>Which frames of videos the model sees; null where it takes none. Its weights are not read.</summary>
    protected FrameSampling? Sampling(ParseResult values)
    {
        var folder = values.GetRequiredValue(ModelFolder);
        return ModelConfig.Load(folder).LoadImages(folder, PaddingChoice.Default, []).Sampling;
    }

    protected VqaDataset LoadData(string table, string images, FrameSampling? videos, bool answers = true)
    {
        var data = Console.While($"Reading {Path.GetFileName(table)} and its images",
            () => VqaDataset.LoadTsv(table, images, answers, videos));
        Console.Line($"Data {table}: {data.Examples.Count} questions about {data.Images.Count} images");
        PrintNotes(data.Notes);
        return data;
    }
}
