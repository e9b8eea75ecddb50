namespace EosMLNet.Checkpoints;

/// <summary>What a <see cref="TemplateToken"/> is.</summary>
internal enum TemplateTokenKind
{
    /// <summary>Text that is written as it is.</summary>
    Text,

    /// <summary><c>{{</c>, behind which an expression follows.</summary>
    Output,

    /// <summary><c>{%</c>, behind which a statement follows.</summary>
    Statement,

    /// <summary>The end of either.</summary>
    Close,

    /// <summary>A name or a word of the language.</summary>
    Name,

    /// <summary>A string literal.</summary>
    String,

    /// <summary>A number.</summary>
    Number,

    /// <summary>An operator, a bracket, a comma.</summary>
    Sign,

    /// <summary>The end of the source.</summary>
    End,
}
