namespace WebApi;

/// <summary>A request that is refused.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Code">The code of the fault, such as <c>EOS1010</c>; null for one of HTTP.</param>
/// <param name="Detail">What was found, what was expected, what to do.</param>
internal sealed record Problem(int Status, string? Code, string Detail);
