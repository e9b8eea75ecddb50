namespace EosMLNet.Extensions.AI;

/// <summary>What a conversation asks: its last question, the pictures, and what was asked and answered before.</summary>
/// <param name="Text">The last question.</param>
/// <param name="Images">The pictures, which came with the first question.</param>
/// <param name="Earlier">Earlier questions with their answers.</param>
internal sealed record ChatQuestion(string Text, IReadOnlyList<Visual> Images, IReadOnlyList<PromptTurn> Earlier)
{
    /// <summary>Reads a conversation.</summary>
    /// <param name="messages">Questions of the user and answers in turn, a question first and last.</param>
    /// <exception cref="EosException">EOS1010: a picture cannot be decoded. EOS1013: a role or a content that is not supported. EOS1015:
    /// the turns are not in order, or pictures come later than with the first question.</exception>
    internal static ChatQuestion Of(IReadOnlyList<ChatMessage> messages)
    {
        if (messages.FirstOrDefault(message => message.Role != ChatRole.User && message.Role != ChatRole.Assistant) is { Role: var role })
        {
            throw Unsupported(role == ChatRole.System
                ? "A system message was given. Give a system text where the model is loaded, in OnnxOptions.Prompts"
                : $"A message has the role '{role}'; expected 'user' or 'assistant'");
        }
        for (var i = 0; i < messages.Count; i++)
        {
            if (messages[i].Role != (i % 2 == 0 ? ChatRole.User : ChatRole.Assistant))
                throw Disordered($"message {i + 1} of {messages.Count} is one of the role '{messages[i].Role}'");
        }
        if (messages.Count % 2 == 0)
            throw Disordered(messages.Count == 0 ? "there is no message" : "the last message is an answer");
        (string Text, Visual[] Images)[] read = [.. messages.Select(Read)];
        if (read.Skip(1).Any(message => message.Images.Length > 0))
        {
            throw new EosException(EosErrors.ModelInput,
                "A picture comes behind the first question of a conversation. Begin a new one with it, or give all pictures with the " +
                "first question.");
        }
        return new(read[^1].Text, read[0].Images,
            [.. Enumerable.Range(0, messages.Count / 2).Select(turn => new PromptTurn(read[2 * turn].Text, read[2 * turn + 1].Text))]);
    }

    private static (string Text, Visual[] Images) Read(ChatMessage message)
    {
        var text = new List<string>();
        var images = new List<Visual>();
        foreach (var content in message.Contents)
        {
            switch (content)
            {
                case TextContent part:
                    text.Add(part.Text);
                    break;
                case DataContent data when data.HasTopLevelMediaType("image"):
                    images.Add(RgbImage.Decode(data.Data.Span, data.Name ?? $"picture {images.Count + 1}"));
                    break;
                case DataContent data:
                    throw Unsupported($"A content has the media type '{data.MediaType}'; expected a picture, such as 'image/png'");
                case UriContent uri:
                    throw Unsupported($"A content is at {uri.Uri}, and nothing is fetched. Give its bytes as DataContent");
                case UsageContent:
                    break; // an answer of ours that comes back
                default:
                    throw Unsupported($"A content is a {content.GetType().Name}; expected TextContent and DataContent");
            }
        }
        return (string.Concat(text), [.. images]);
    }

    private static EosException Unsupported(string what) => new(EosErrors.InvalidOption, $"{what}.");

    private static EosException Disordered(string what) => new(EosErrors.ModelInput,
        $"A conversation has questions and answers in turn, a question first and last, but {what}. Leave out, or join, messages.");
}
