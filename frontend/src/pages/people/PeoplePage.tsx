import { Button, Group, NativeSelect, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconSearch, IconUserPlus, IconUsers } from "@tabler/icons-react";
import { useState } from "react";
import { ROLES, usePeople, type PeopleFilter, type Person } from "@/api/people";
import { PAGE_SIZE } from "@/api/queries";
import { Pager } from "@/components/parts";
import { EmptyState, PageHeader, QueryView } from "@/components/states";
import { plural } from "@/lib/format";
import { InviteModal } from "./InviteModal";
import { PeopleTable } from "./PeopleTable";
import { PersonModal } from "./PersonModal";

const EVERYBODY: PeopleFilter = { search: "", role: "", state: "", page: 1 };

/** Who works here, as what, in which projects; administrators invite, change and close accounts here. */
export function PeoplePage() {
  const [filter, setFilter] = useState(EVERYBODY);
  const [search] = useDebouncedValue(filter.search.trim(), 250);
  const [inviting, setInviting] = useState(false);
  const [chosen, setChosen] = useState<Person | null>(null);
  const people = usePeople({ ...filter, search });
  const narrow = (change: Partial<PeopleFilter>) => setFilter({ ...filter, page: 1, ...change });
  const narrowed = search !== "" || filter.role !== "" || filter.state !== "";
  return (
    <div className="page">
      <PageHeader
        title="People"
        subtitle={
          people.data &&
          (narrowed ? `${people.data.count} found` : plural(people.data.count, "person", "people"))
        }
        actions={
          <Button leftSection={<IconUserPlus size={16} />} onClick={() => setInviting(true)}>
            Invite somebody
          </Button>
        }
      />
      <section className="card" data-flush="true">
        <Group p="sm" gap="sm">
          <TextInput
            aria-label="Search people"
            placeholder="Name or e-mail"
            leftSection={<IconSearch size={16} />}
            w={260}
            value={filter.search}
            onChange={(event) => narrow({ search: event.currentTarget.value })}
          />
          <NativeSelect
            aria-label="Role"
            value={filter.role}
            data={[{ value: "", label: "Any role" }, ...ROLES]}
            onChange={(event) => narrow({ role: event.currentTarget.value as PeopleFilter["role"] })}
          />
          <NativeSelect
            aria-label="State"
            value={filter.state}
            data={[
              { value: "", label: "Everybody" },
              { value: "active", label: "Active" },
              { value: "invited", label: "Invited" },
              { value: "closed", label: "Closed" },
            ]}
            onChange={(event) => narrow({ state: event.currentTarget.value as PeopleFilter["state"] })}
          />
        </Group>
        <QueryView query={people}>
          {({ results, count }) =>
            results.length === 0 ? (
              <EmptyState icon={<IconUsers size={30} stroke={1.4} />} title="Nobody like this" />
            ) : (
              <>
                <PeopleTable people={results} onChoose={setChosen} />
                <Pager
                  page={filter.page}
                  count={count}
                  pageSize={PAGE_SIZE}
                  noun="person"
                  nouns="people"
                  onPage={(page) => setFilter({ ...filter, page })}
                />
              </>
            )
          }
        </QueryView>
      </section>
      {inviting && <InviteModal onClose={() => setInviting(false)} />}
      {chosen && <PersonModal key={chosen.id} person={chosen} onClose={() => setChosen(null)} />}
    </div>
  );
}
