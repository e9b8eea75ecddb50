namespace WebApi;

/// <summary>A request that is refused by the application, not by the model.</summary>
internal sealed class RefusedException(int status, string detail) : Exception(detail)
{
    /// <summary>The HTTP status.</summary>
    public int Status => status;
}
