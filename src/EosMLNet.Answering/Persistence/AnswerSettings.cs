using System.Text.Json.Serialization;
using EosMLNet.Engines;
using EosMLNet.Internals;
using EosMLNet.Search;
using EosMLNet.Tensors;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace EosMLNet;

/// <summary>
/// How a transformer answers: the checked, unchangeable part of its options, which is saved with it.
/// </summary>
internal sealed record AnswerSettings
{
    public required string Image { get; init; }
    public required string Question { get; init; }
    public required string PredictedAnswer { get; init; }
    public required string Score { get; init; }
    public required string VisualTokens { get; init; }
    public required int BatchSize { get; init; }
    public required int MaxNewTokens { get; init; }
    public required long EmbedWeightsUpTo { get; init; }

    /// <summary>Saved as well: after loading there is nobody to ask for it. Models that were saved before it existed have none.</summary>
    public long ImageCacheBytes { get; init; }

    /// <summary>The same as version 0.1.1 called it: it is read, and never written.</summary>
    public long PictureCacheBytes
    {
        init => ImageCacheBytes = value;
    }

    /// <summary>Several columns in the place of <see cref="Image"/>. Saved as well; null for that one.</summary>
    public IReadOnlyList<string>? Images { get; init; }

    /// <summary>The columns with images, in the order in which a row has them.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> ImageColumns => Images ?? [Image];

    /// <summary>Null in options that do not say, and in models that were saved before 0.1.1, which crop.</summary>
    public ImagePadding? ImagePadding { get; init; }

    /// <summary>Saved as well; null in models that were saved before 0.2 and did not say: <see cref="ModelDataType.Auto"/>.</summary>
    public ModelDataType? DataType { get; init; }

    /// <summary>Saved as well; models that were saved before it existed have none: <see cref="AnsweringEngine.Auto"/>.</summary>
    public AnsweringEngine Engine { get; init; }

    /// <summary>Saved as well; null for the checkpoint's own, and in models that were saved before 0.2.</summary>
    public string? PromptTemplate { get; init; }

    /// <summary>The same.</summary>
    public string? SystemText { get; init; }

    /// <summary>Both, for the loading of a model.</summary>
    [JsonIgnore]
    public PromptChoice Prompts => new(PromptTemplate, SystemText);

    /// <summary>Checks the values' ranges, whether they come from options or from a file.</summary>
    /// <param name="code">The fault to report: EOS1013 for options, EOS4003 for a file.</param>
    /// <param name="named">What the surface calls the options; by default what they are called here.</param>
    /// <exception cref="EosException">A column has no name, two outputs have the same, or a number is out of its range.</exception>
    public AnswerSettings Checked(string code, OptionNaming? named = null)
    {
        named ??= name => name;
        string[] outputs = [PredictedAnswer, Score, VisualTokens];
        if (outputs.Concat(ImageColumns).Append(Question).Any(string.IsNullOrWhiteSpace))
            throw new EosException(code, "A column name is empty. Name every input and output column.");
        if (ImageColumns.Count == 0 || ImageColumns.Distinct().Count() != ImageColumns.Count)
            throw new EosException(code,
                $"{named("ImageColumnNames")} is '{string.Join(", ", ImageColumns)}'; expected at least one column, each of them once.");
        if (outputs.Distinct().Count() != outputs.Length)
            throw new EosException(code, $"The output columns {string.Join(", ", outputs)} are not all different. Give each its own name.");
        if (BatchSize is < 1 or > 4096)
            throw new EosException(code, $"{named("AnswerBatchSize")} is {BatchSize}; expected 1 to 4096.");
        if (MaxNewTokens is < 1 or > 4096)
            throw new EosException(code, $"{named("MaxNewTokens")} is {MaxNewTokens}; expected 1 to 4096.");
        if (EmbedWeightsUpTo < 0)
            throw new EosException(code,
                $"{named("EmbedWeightsUpTo")} is {EmbedWeightsUpTo}; expected 0 (never embed) or a number of bytes.");
        if (ImageCacheBytes < 0)
            throw new EosException(code, $"{named("ImageCacheBytes")} is {ImageCacheBytes}; expected 0 (no cache) or a number of bytes.");
        if (DataType is { } type && !Enum.IsDefined(type))
            throw new EosException(code,
                $"{named("DataType")} is {type}; expected {string.Join(", ", Enum.GetNames<ModelDataType>())}.");
        if (!Enum.IsDefined(Engine))
            throw new EosException(code, $"{named("Engine")} is {Engine}; expected {string.Join(", ", Enum.GetNames<AnsweringEngine>())}.");
        if (ImagePadding is { } padding && !Enum.IsDefined(padding))
            throw new EosException(code, $"{named("ImagePadding")} is {padding}; expected Square or Crop.");
        if (Prompts.Fault is { } fault)
            throw new EosException(code, $"{named(fault.Name)} is '{fault.Value}'; expected {fault.Expected}.");
        return this;
    }

    /// <summary>The same with what was left open: padding and data type.</summary>
    public AnswerSettings Decided() => this with
    {
        ImagePadding = ImagePadding ?? PaddingChoice.Default,
        DataType = DataType ?? ModelDataType.Auto,
    };

    /// <summary>What an engine is asked for.</summary>
    /// <param name="env">Says on which device.</param>
    /// <param name="folder">The model's folder.</param>
    public ModelRequest Request(IHostEnvironment env, string folder)
    {
        var (decided, device) = (Decided(), (IHostEnvironmentInternal)env);
        return new()
        {
            Folder = folder,
            ImagePadding = decided.ImagePadding!.Value,
            Engine = Engine,
            DataType = decided.DataType!.Value,
            Prompts = Prompts,
            ImageCacheBytes = ImageCacheBytes,
            GpuDeviceId = device.GpuDeviceId,
            FallbackToCpu = device.FallbackToCpu,
        };
    }

    /// <summary>Checks that image and question are there and have the right types.</summary>
    public void CheckInput(IExceptionContext context, SchemaShape input)
    {
        foreach (var column in ImageColumns)
            context.CheckImageColumn(input, column, "image");
        context.CheckTextColumn(input, Question, "question");
    }

    /// <summary>The schema with the three output columns, of which one may take the place of an input column of the same name.</summary>
    public SchemaShape OutputShape(IExceptionContext context, SchemaShape input)
    {
        CheckInput(context, input);
        var columns = input.ToDictionary(column => column.Name);
        foreach (var output in OutputColumns())
            columns[output.Name] = new SchemaShape.Column(output.Name, SchemaShape.Column.VectorKind.Scalar, output.Type, isKey: false);
        return new SchemaShape(columns.Values);
    }

    /// <summary>Predicted answer, score, visual tokens, in this order.</summary>
    public DataViewSchema.DetachedColumn[] OutputColumns() =>
    [
        new(PredictedAnswer, TextDataViewType.Instance),
        new(Score, NumberDataViewType.Single),
        new(VisualTokens, NumberDataViewType.Single),
    ];
}
