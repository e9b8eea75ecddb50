namespace EosMLNet.Checkpoints;

/// <summary>Something beside its text that a question is about: an <see cref="ImagePart"/> or a <see cref="VideoPart"/>.</summary>
public abstract record PromptPart
{
    private protected PromptPart()
    {
    }
}
