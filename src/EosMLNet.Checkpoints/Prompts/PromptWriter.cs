namespace EosMLNet.Checkpoints;

/// <summary>Writes conversations as a model was trained on them.</summary>
internal abstract class PromptWriter
{
    /// <summary>The prompt, up to where the answer begins.</summary>
    /// <exception cref="EosException">EOS1017: a chat template refuses the conversation.</exception>
    internal abstract TemplateText Write(Conversation conversation);
}
