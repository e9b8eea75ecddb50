namespace EosMLNet.Extensions.AI;

/// <summary>What options may ask of a model that gives its likeliest tokens.</summary>
internal static class ChatLimits
{
    /// <summary>Checks options.</summary>
    /// <param name="options">The options; null for none.</param>
    /// <param name="modelId">What the model is called.</param>
    /// <exception cref="EosException">EOS1013: they ask for something that is not done.</exception>
    internal static void Check(ChatOptions? options, string modelId)
    {
        if (options is null)
            return;
        (bool Asked, string What)[] asked =
        [
            (options.Tools is { Count: > 0 }, "Tools are given, but the model calls none"),
            (options.ToolMode is RequiredChatToolMode, "ToolMode requires a tool, but the model calls none"),
            (options.ResponseFormat is not (null or ChatResponseFormatText), "ResponseFormat asks for structure, but answers are text"),
            (options.Instructions is { Length: > 0 },
                "Instructions are given. Give a system text where the model is loaded, in OnnxOptions.Prompts"),
            (options.ConversationId is not null, "ConversationId is given, but conversations are not kept. Give their messages"),
            (options.ModelId is { } asks && asks != modelId, $"ModelId is '{options.ModelId}', but the model is '{modelId}'"),
            (options.Temperature is not (null or 0), $"Temperature is {options.Temperature}, but answers are not drawn. Leave it out"),
            (options.TopK is not (null or 1), $"TopK is {options.TopK}, but answers are not drawn. Leave it out"),
            (options.FrequencyPenalty is not (null or 0) || options.PresencePenalty is not (null or 0),
                "A penalty is given, but answers have their likeliest tokens. Leave it out"),
            (options.StopSequences is { Count: > 0 }, "StopSequences are given, but answers end by themselves. Cut the text"),
        ];
        if (asked.FirstOrDefault(each => each.Asked) is { What: { } what })
            throw new EosException(EosErrors.InvalidOption, $"{what}.");
    }
}
