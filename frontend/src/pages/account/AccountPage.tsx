import { useSessionUser } from "@/app/session";
import { PageHeader } from "@/components/states";
import { humanize } from "@/lib/format";
import { SecondFactorSection } from "./SecondFactorSection";
import { Tokens } from "./Tokens";

export function AccountPage() {
  const { user } = useSessionUser();
  return (
    <div className="page">
      <PageHeader
        title={user.full_name || user.username}
        subtitle={`Signed in as ${user.username} · ${user.roles.map(humanize).join(", ")}`}
      />
      <SecondFactorSection user={user} />
      <Tokens />
    </div>
  );
}
