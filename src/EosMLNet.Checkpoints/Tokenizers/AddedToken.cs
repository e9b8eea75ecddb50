namespace EosMLNet.Checkpoints;

/// <summary>A token of <c>added_tokens</c>: it is found in a text before the text is cut into words.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Content">Its text.</param>
/// <param name="IsSpecial">Whether it steers the model, and is left out of decoded text.</param>
/// <param name="IsNormalized">Whether it is looked for after the text is normalised.</param>
/// <param name="IsWord">Whether it counts only where no letter or digit touches it.</param>
/// <param name="StripsBefore">Whether it takes the white space before it with it.</param>
/// <param name="StripsAfter">Whether it takes the white space behind it with it.</param>
internal sealed record AddedToken(
    int Id, string Content, bool IsSpecial, bool IsNormalized, bool IsWord, bool StripsBefore, bool StripsAfter);
