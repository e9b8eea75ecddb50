namespace EosMLNet.Search;

/// <summary>
/// What a plan has to reach on validation data: the loss of the best one so far, and where asked for its right answers too.
/// </summary>
/// <param name="Best">The best one's result on the same rows.</param>
/// <param name="Answers">Whether it may not answer fewer questions right either.</param>
internal sealed record ValidationBar(ValidationResult Best, bool Answers);
