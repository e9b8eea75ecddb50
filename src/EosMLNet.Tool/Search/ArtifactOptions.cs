using System.CommandLine;
using EosMLNet.Tensors;
using EosMLNet.Tool.CommandLine;

namespace EosMLNet.Tool.Search;

/// <summary>Options of <c>--artifact</c>: how the ML.NET model answers.</summary>
internal sealed class ArtifactOptions
{
    private static readonly AnswerOptions Defaults = new();
    private readonly Option<int> batch =
        CommonOptions.Default("--answer-batch-size", "N", Defaults.AnswerBatchSize, "For --artifact: rows that it answers at once.");
    private readonly Option<int> tokens =
        CommonOptions.Default("--max-new-tokens", "N", Defaults.MaxNewTokens, "For --artifact: its longest answer, in tokens.");
    private readonly Option<long> cache = CommonOptions.Default("--image-cache-bytes", "N", Defaults.ImageCacheBytes,
        "For --artifact: bytes of encoded images that it keeps for further questions.");
    private readonly Option<long> embed = CommonOptions.Default("--embed-weights-up-to", "N", Defaults.EmbedWeightsUpTo,
        "For --artifact: the largest model, in bytes, that is put into it; a larger one is referred to.");

    private readonly Option<AnsweringEngine> engine = CommonOptions.Default("--engine", "auto|torch|onnx", Defaults.Engine,
        "For --artifact: what runs it. auto is torch where the application references EosMLNet, else ONNX Runtime.").OfferingWords();

    internal IEnumerable<Option> All => [batch, tokens, cache, embed, engine];

    /// <exception cref="EosException">EOS1013: a value is out of its range.</exception>
    internal void Check(ParseResult values)
    {
        var options = new AnswerOptions();
        Apply(values, options, ModelDataType.Auto, new());
        options.Check(EosSettingNames.Of);
    }

    internal void Apply(ParseResult values, AnswerOptions options, ModelDataType dataType, PromptChoice prompts)
    {
        options.AnswerBatchSize = values.GetValue(batch);
        options.MaxNewTokens = values.GetValue(tokens);
        options.ImageCacheBytes = values.GetValue(cache);
        options.EmbedWeightsUpTo = values.GetValue(embed);
        options.Engine = values.GetValue(engine);
        options.DataType = dataType;
        (options.PromptTemplate, options.SystemText) = (prompts.Template, prompts.SystemText);
    }
}
