namespace WebApi;

/// <summary>Who may ask, and how often: the section <c>Access</c> of the configuration. As it comes, anybody may, at any rate.</summary>
internal sealed class Access
{
    /// <summary>Keys, one of which a question has to bring as <c>Authorization: Bearer KEY</c>; none where anybody may ask.</summary>
    public IReadOnlyList<string> Keys { get; set; } = [];

    /// <summary>Questions that a key, or without keys an address, may ask in a minute; 0 for no limit.</summary>
    public int QuestionsPerMinute { get; set; }
}
